#include "libcontainer/shim/streams.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::shim {

namespace {

constexpr std::size_t kReadSize = 64U << 10;  // bytes of one read
constexpr int kReadsPerEvent = 8;             // then others have their turn
constexpr int kBusyPipeSize = 1 << 20;        // for a process that fills its pipe

// One buffer for everybody, given back when it has been quiet.
char* read_buffer() {
  alignas(4096) static char buffer[kReadSize];
  return buffer;
}

}  // namespace

class Streams::Source final : public Watcher {
 public:
  Source(Streams& owner, Stream which, UniqueFd file)
      : owner_(owner), stream(which), fd(std::move(file)) {}
  ~Source() override { close(); }

  Result<> start() {
    if (watched_ || hung_up_ || !fd) return {};
    TRY(owner_.loop_.add(fd.get(), EPOLLIN, this));
    watched_ = true;
    return {};
  }
  // Off the loop altogether: epoll reports a hang-up even to those who ask for nothing.
  void stop() {
    if (watched_) owner_.loop_.remove(fd.get());
    watched_ = false;
  }
  // A terminal whose other end nobody holds says so for ever: it is read once more at the end.
  void hang_up() {
    stop();
    hung_up_ = true;
  }
  void close() {
    if (!fd) return;
    stop();
    fd.reset();
  }
  void on_ready(std::uint32_t) override {
    for (int i = 0; i < kReadsPerEvent && fd && watched_; ++i) {
      if (!owner_.read_once(*this)) return;
    }
  }

 private:
  Streams& owner_;
  bool watched_ = false, hung_up_ = false;

 public:
  const Stream stream;
  UniqueFd fd;
  bool widened = false;
};

class Streams::Sink final : public Watcher {
 public:
  Sink(Streams& owner, UniqueFd file) : owner_(owner), fd(std::move(file)) {}
  ~Sink() override { wait(false); }
  void wait(bool on) {
    if (on == waiting_) return;
    if (on) {
      waiting_ = owner_.loop_.add(fd.get(), EPOLLOUT, this).has_value();
    } else {
      owner_.loop_.remove(fd.get());
      waiting_ = false;
    }
  }
  void on_ready(std::uint32_t) override { owner_.flush_stdin(); }

 private:
  Streams& owner_;
  bool waiting_ = false;

 public:
  UniqueFd fd;
};

Streams::Streams(Loop& loop, LogFile* log) : loop_(loop), log_(log) {}
Streams::~Streams() = default;

Result<process::Stdio> Streams::open(const Options& options) {
  options_ = options;
  process::Stdio child;
  child.terminal = options.terminal;
  if (options.terminal) return child;
  auto out = TRY(pipe_pair());
  auto err = TRY(pipe_pair());
  TRY(set_nonblocking(out.first.get(), true));
  TRY(set_nonblocking(err.first.get(), true));
  out_ = std::make_unique<Source>(*this, Stream::out, std::move(out.first));
  err_ = std::make_unique<Source>(*this, Stream::err, std::move(err.first));
  child.out = std::move(out.second);
  child.err = std::move(err.second);
  if (options.open_stdin) {
    auto in = TRY(pipe_pair());
    TRY(set_nonblocking(in.second.get(), true));
    in_ = std::make_unique<Sink>(*this, std::move(in.second));
    child.in = std::move(in.first);
  }
  return child;
}

Result<> Streams::set_terminal(UniqueFd master) {
  TRY(set_nonblocking(master.get(), true));
  // Two descriptors, since epoll knows one interest for each.
  UniqueFd writer(::fcntl(master.get(), F_DUPFD_CLOEXEC, 3));
  if (!writer) return sys_fail("dup");
  out_ = std::make_unique<Source>(*this, Stream::out, std::move(master));
  if (options_.open_stdin) in_ = std::make_unique<Sink>(*this, std::move(writer));
  return begun_ ? out_->start() : Result<>{};
}

Result<> Streams::begin() {
  begun_ = true;
  for (auto* source : {out_.get(), err_.get()}) {
    if (source != nullptr) TRY(source->start());
  }
  return {};
}

void Streams::add_viewer(UniqueFd connection, Viewer options) {
  if (options_.terminal) options.framed = false;
  if (!options_.open_stdin) options.want_stdin = false;
  auto viewer =
      std::make_unique<ViewerSession>(loop_, *this, std::move(connection), std::move(options));
  auto* raw = viewer.get();
  viewers_.push_back(std::move(viewer));
  if (!raw->start()) return viewer_gone(*raw);
  if (ended_) raw->close_when_sent();
}

Result<> Streams::resize(std::uint16_t rows, std::uint16_t columns) {
  if (!options_.terminal || !out_ || !out_->fd)
    return fail(Code::conflict, "the process has no terminal");
  const winsize size{rows, columns, 0, 0};
  if (::ioctl(out_->fd.get(), TIOCSWINSZ, &size) != 0) return sys_fail("resize the terminal");
  return {};
}

// False when there is nothing more to read now.
bool Streams::read_once(Source& source) {
  char* buffer = read_buffer();
  const ssize_t n = ::read(source.fd.get(), buffer, kReadSize);
  if (n > 0) {
    const auto size = static_cast<std::size_t>(n);
    if (size == kReadSize && !source.widened && !options_.terminal) {
      // May fail: the kernel limits what a user's pipes may hold in all.
      ::fcntl(source.fd.get(), F_SETPIPE_SZ, kBusyPipeSize);
      source.widened = true;
    }
    dispatch(source.stream, {buffer, size});
    return true;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  // The end of a pipe; EIO of a terminal whose other end nobody holds (for now).
  if (options_.terminal && !ended_) {
    source.hang_up();
  } else {
    source.close();
    if (deadline_ms_ != 0 && is_silent()) end();
  }
  return false;
}

// Nobody can write any more.
bool Streams::is_silent() const noexcept { return (!out_ || !out_->fd) && (!err_ || !err_->fd); }

void Streams::end_within(std::int64_t ms) {
  for (auto* source : {out_.get(), err_.get()}) {
    while (source != nullptr && source->fd && read_once(*source)) {
    }
  }
  if (options_.terminal || viewers_.empty() || is_silent()) return end();
  deadline_ms_ = monotonic_ms() + ms;
}

void Streams::dispatch(Stream stream, std::string_view bytes) {
  if (log_ != nullptr) log_->write(stream, bytes, now_ns());
  // Backwards: a viewer may be dropped on the way.
  for (std::size_t i = viewers_.size(); i > 0; --i) viewers_[i - 1]->push(stream, bytes);
  if (!viewers_.empty()) hold_back();
}

void Streams::hold_back() {
  const auto now = monotonic_ms();
  const bool full = !ended_ && std::any_of(viewers_.begin(), viewers_.end(),
                                           [now](const auto& v) { return v->is_full(now); });
  if (full == held_) return;
  held_ = full;
  for (auto* source : {out_.get(), err_.get()}) {
    if (source == nullptr) continue;
    if (full) {
      source->stop();
    } else {
      static_cast<void>(source->start());
    }
  }
}

void Streams::viewer_relieved() {
  if (held_) hold_back();
}

void Streams::viewer_gone(ViewerSession& which) {
  const auto it = std::find_if(viewers_.begin(), viewers_.end(),
                               [&which](const auto& v) { return v.get() == &which; });
  if (it == viewers_.end()) return;
  std::unique_ptr<ViewerSession> gone = std::move(*it);
  viewers_.erase(it);
  if (gone->has_input()) input_ended(*gone);
  gone->drop();
  loop_.bury(std::move(gone));
  if (held_) hold_back();
}

bool Streams::typed(ViewerSession&, std::string_view bytes) {
  if (!in_ || close_after_typed_) return true;  // nobody reads it any more
  typed_.append(bytes);
  flush_stdin();
  return typed_.empty() || !in_;
}

void Streams::flush_stdin() {
  if (!in_) return;
  while (!typed_.empty()) {
    const ssize_t n = ::write(in_->fd.get(), typed_.data(), typed_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return in_->wait(true);
    if (n < 0) {
      // The process has closed its end: what is typed goes nowhere, as in Docker.
      typed_.clear();
      close_after_typed_ = true;
      break;
    }
    typed_.erase(0, static_cast<std::size_t>(n));
  }
  in_->wait(false);
  if (close_after_typed_) close_stdin();
  for (const auto& viewer : viewers_) viewer->read_input(true);
}

void Streams::close_stdin() {
  if (!in_) return;
  in_->wait(false);
  in_->fd.reset();
  loop_.bury(std::move(in_));
}

void Streams::input_ended(ViewerSession& from) {
  // A terminal has no end of input: its user types Ctrl-D.
  if (!from.has_input() || !options_.close_stdin || options_.terminal) return;
  close_after_typed_ = true;
  flush_stdin();
}

void Streams::end() {
  if (ended_) return;
  ended_ = true;
  deadline_ms_ = 0;
  for (auto* source : {out_.get(), err_.get()}) {
    if (source == nullptr) continue;
    while (source->fd && read_once(*source)) {
    }
    // Somebody outside may still hold the other end; it is not the container's any more.
    source->close();
  }
  if (log_ != nullptr) {
    const auto now = now_ns();
    log_->finish(Stream::out, now);
    log_->finish(Stream::err, now);
  }
  close_stdin();
  for (std::size_t i = viewers_.size(); i > 0; --i) viewers_[i - 1]->close_when_sent();
}

int Streams::tick(std::int64_t patience_ms) {
  const auto now = monotonic_ms();
  if (deadline_ms_ != 0 && (now >= deadline_ms_ || viewers_.empty())) end();
  bool waiting = held_ || deadline_ms_ != 0;
  for (std::size_t i = viewers_.size(); i > 0; --i) {
    auto& viewer = *viewers_[i - 1];
    if (ended_ && viewer.is_stalled(now, patience_ms)) {
      viewer_gone(viewer);
      continue;
    }
    waiting = waiting || (ended_ && viewer.is_waiting());
  }
  if (held_) hold_back();
  constexpr int kTickMs = 250;
  return waiting ? kTickMs : -1;
}

void Streams::relax() {
  // The next reader finds zeros, which it overwrites. man 2 madvise
  ::madvise(read_buffer(), kReadSize, MADV_DONTNEED);
  if (log_ != nullptr) log_->relax();
}

}  // namespace hexad::shim
