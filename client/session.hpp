// A session with a process in a container: its streams copied to and from ours, signals and the
// terminal's size passed on, until the stream ends or the user detaches. One loop, one thread.
#pragma once

#include <signal.h>

#include <functional>
#include <string>
#include <string_view>

#include "api/stream_frame.hpp"
#include "client/http_client.hpp"
#include "client/terminal.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::client {

// From construction on, signals are queued instead of acting; the session reads them. Made before
// the container starts, so that none is lost in between.
class SignalQueue {
 public:
  // `proxy`: everything that a user may send. Otherwise only what a raw terminal needs.
  explicit SignalQueue(bool proxy);
  ~SignalQueue();
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool proxy() const { return proxy_; }
  // 0 when none is waiting.
  [[nodiscard]] int next() const;
  // Back to the default action, for this signal, now.
  void act(int signal);

 private:
  bool proxy_;
  sigset_t old_{};
  UniqueFd fd_;
};

// "TERM", "RTMIN+3".
std::string signal_name(int signal);

struct SessionOptions {
  bool tty = false;
  bool with_stdin = false;
  std::string detach_keys;  // bytes; only used with a terminal
  std::function<void(std::string_view signal)> forward;
  std::function<void(TerminalSize)> resize;
};

enum class SessionEnd { closed, detached };

Result<SessionEnd> run_session(RawStream stream, SignalQueue& signals,
                               const SessionOptions& options);

// Writes a piece of a multiplexed stream to our stdout or stderr; what the daemon says of itself
// in it is an error.
Result<> write_stream(api::StreamKind kind, std::string_view bytes);

}  // namespace hexad::client
