// The user's terminal: raw mode that is undone on every way out, size, detach keys.
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::client {

bool is_terminal(int fd);

struct TerminalSize {
  unsigned rows = 0, columns = 0;
};
std::optional<TerminalSize> terminal_size(int fd);

// Raw from construction to destruction; does nothing on what is no terminal.
class RawMode {
 public:
  explicit RawMode(int fd);
  ~RawMode() { restore(); }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  void restore();

 private:
  int fd_;
  bool changed_ = false;
  termios saved_{};
};

// "ctrl-p,ctrl-q" or "a,ctrl-@" as bytes. An empty text is the default, ctrl-p ctrl-q.
Result<std::string> parse_detach_keys(std::string_view text);

// Watches what is typed for the detach sequence. Keys of a started sequence are held back until
// it is clear that it is none.
class DetachFilter {
 public:
  explicit DetachFilter(std::string keys) : keys_(std::move(keys)) {}
  struct Outcome {
    std::string pass;
    bool detached = false;
  };
  Outcome feed(std::string_view typed);

 private:
  std::string keys_;
  std::size_t matched_ = 0;
};

}  // namespace hexad::client
