// Terminal modes and the detach sequence.
#include "client/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "libcontainer/base/strings.hpp"

namespace hexad::client {

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

std::optional<TerminalSize> terminal_size(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0) return std::nullopt;
  return TerminalSize{size.ws_row, size.ws_col};
}

RawMode::RawMode(int fd) : fd_(fd) {
  if (::tcgetattr(fd_, &saved_) != 0) return;
  termios raw = saved_;
  ::cfmakeraw(&raw);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  changed_ = ::tcsetattr(fd_, TCSANOW, &raw) == 0;
}

void RawMode::restore() {
  if (changed_) ::tcsetattr(fd_, TCSADRAIN, &saved_);
  changed_ = false;
}

Result<std::string> parse_detach_keys(std::string_view text) {
  if (text.empty()) return std::string("\x10\x11");
  std::string keys;
  for (const std::string_view key : split(text, ',')) {
    if (key.size() == 1) {
      keys += key;
    } else if (key.size() == 6 && key.starts_with("ctrl-")) {
      const char c = key[5];
      const bool fine = (c >= 'a' && c <= 'z') || c == '@' || (c >= '[' && c <= '_');
      if (!fine) return fail(Code::invalid_argument, "Unknown character: '{}'", key);
      keys += static_cast<char>(c & 0x1f);  // as a terminal makes it
    } else {
      return fail(Code::invalid_argument, "Unknown character: '{}'", key);
    }
  }
  return keys;
}

DetachFilter::Outcome DetachFilter::feed(std::string_view typed) {
  Outcome outcome;
  for (const char c : typed) {
    if (matched_ < keys_.size() && c == keys_[matched_]) {
      if (++matched_ == keys_.size()) {
        outcome.detached = true;
        return outcome;
      }
      continue;
    }
    outcome.pass.append(keys_, 0, matched_);
    matched_ = 0;
    if (!keys_.empty() && c == keys_[0]) {
      matched_ = 1;
    } else {
      outcome.pass += c;
    }
  }
  return outcome;
}

}  // namespace hexad::client
