// The session loop. What comes from the daemon is written before more is read (a slow reader of
// ours slows the stream, nothing is dropped here); what is typed waits in one bounded buffer, so
// that a process that does not read its stdin cannot stop its own output.
#include "client/session.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>

#include "libcontainer/base/io.hpp"

namespace hexad::client {
namespace {

constexpr std::size_t kPiece = 64U << 10;

// What docker passes on: all that can be caught and mean something to another process.
constexpr std::array kProxied{SIGHUP,  SIGINT,  SIGQUIT, SIGABRT, SIGUSR1,
                              SIGUSR2, SIGALRM, SIGTERM, SIGCONT, SIGTSTP};
constexpr std::array kEnding{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

}  // namespace

SignalQueue::SignalQueue(bool proxy) : proxy_(proxy) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGWINCH);
  if (proxy) {
    for (const int signal : kProxied) ::sigaddset(&set, signal);
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) ::sigaddset(&set, signal);
  } else {
    for (const int signal : kEnding) ::sigaddset(&set, signal);
  }
  ::sigprocmask(SIG_BLOCK, &set, &old_);
  fd_ = UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

SignalQueue::~SignalQueue() { ::sigprocmask(SIG_SETMASK, &old_, nullptr); }

int SignalQueue::next() const {
  signalfd_siginfo info{};
  const ssize_t n = ::read(fd_.get(), &info, sizeof info);
  return n == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
}

void SignalQueue::act(int signal) {
  ::sigprocmask(SIG_SETMASK, &old_, nullptr);
  ::raise(signal);
}

std::string signal_name(int signal) {
  if (signal == SIGRTMIN) return "RTMIN";
  if (signal > SIGRTMIN) return fmt::format("RTMIN+{}", signal - SIGRTMIN);
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? name : std::to_string(signal);
}

Result<> write_stream(api::StreamKind kind, std::string_view bytes) {
  if (kind == api::StreamKind::system)
    return fail(Code::internal, "error from daemon in stream: {}", bytes);
  return write_all(kind == api::StreamKind::stderr_ ? STDERR_FILENO : STDOUT_FILENO, bytes);
}

namespace {

class Session {
 public:
  Session(RawStream& stream, SignalQueue& signals, const SessionOptions& options)
      : socket_(std::move(stream.fd)), signals_(signals), options_(options) {
    if (options.tty && options.with_stdin && is_terminal(STDIN_FILENO)) {
      raw_.emplace(STDIN_FILENO);
      detach_.emplace(options.detach_keys);
    }
    stdin_open_ = options.with_stdin;
  }

  Result<SessionEnd> run(std::string first) {
    if (options_.tty) resize();
    TRY(show(first));
    if (!stdin_open_) ::shutdown(socket_.get(), SHUT_WR);
    TRY(set_nonblocking(socket_.get(), true));
    while (true) {
      std::array<pollfd, 3> fds{{
          {socket_.get(), static_cast<short>(POLLIN | (pending_.empty() ? 0 : POLLOUT)), 0},
          {signals_.fd(), POLLIN, 0},
          {stdin_open_ && pending_.empty() ? STDIN_FILENO : -1, POLLIN, 0},
      }};
      if (::poll(fds.data(), fds.size(), -1) < 0) {
        if (errno == EINTR) continue;
        return sys_fail("poll");
      }
      if (fds[1].revents != 0) take_signals();
      if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
        if (!TRY(receive())) return SessionEnd::closed;
      }
      if (!pending_.empty() && (fds[0].revents & POLLOUT)) flush();
      if (fds[2].revents != 0 && TRY(typed())) return SessionEnd::detached;
    }
  }

 private:
  Result<> show(std::string_view bytes) {
    if (options_.tty) return write_all(STDOUT_FILENO, bytes);
    return splitter_.feed(bytes, write_stream);
  }

  // False at the end of the stream.
  Result<bool> receive() {
    const ssize_t n = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;  // a reset is an end like any other
    if (n == 0) return false;
    TRY(show({buffer_.data(), static_cast<std::size_t>(n)}));
    return true;
  }

  // True when the user asked to detach.
  Result<bool> typed() {
    const ssize_t n = ::read(STDIN_FILENO, buffer_.data(), buffer_.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (n <= 0) {
      stdin_open_ = false;
      ::shutdown(socket_.get(), SHUT_WR);
      return false;
    }
    const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(n));
    if (detach_) {
      auto outcome = detach_->feed(bytes);
      if (outcome.detached) return true;
      pending_ = std::move(outcome.pass);
    } else {
      pending_ = bytes;
    }
    flush();
    return false;
  }

  void flush() {
    while (!pending_.empty()) {
      const ssize_t n = ::send(socket_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n < 0) {  // nobody reads any more; the output may still go on
        pending_.clear();
        stdin_open_ = false;
        return;
      }
      pending_.erase(0, static_cast<std::size_t>(n));
    }
  }

  void take_signals() {
    while (const int signal = signals_.next()) {
      if (signal == SIGWINCH) {
        if (options_.tty) resize();
      } else if (signals_.proxy() && options_.forward) {
        options_.forward(signal_name(signal));
      } else {
        if (raw_) raw_->restore();
        signals_.act(signal);
      }
    }
  }

  void resize() {
    const auto size = terminal_size(STDOUT_FILENO);
    if (size && options_.resize && (size->rows != 0 || size->columns != 0)) options_.resize(*size);
  }

  UniqueFd socket_;
  SignalQueue& signals_;
  const SessionOptions& options_;
  std::optional<RawMode> raw_;
  std::optional<DetachFilter> detach_;
  api::FrameDecoder splitter_;
  bool stdin_open_ = false;
  std::string pending_;
  std::array<char, kPiece> buffer_{};
};

}  // namespace

Result<SessionEnd> run_session(RawStream stream, SignalQueue& signals,
                               const SessionOptions& options) {
  Session session(stream, signals, options);
  return session.run(std::move(stream.first));
}

}  // namespace hexad::client
