#include "libcontainer/shim/viewer_session.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace hexad::shim {

namespace {

constexpr std::size_t kHeaderSize = 8;  // of a stream frame: stream, 0, 0, 0, big-endian length

std::array<char, kHeaderSize> frame_header(Stream stream, std::size_t size) {
  return {static_cast<char>(stream),
          0,
          0,
          0,
          static_cast<char>(size >> 24U),
          static_cast<char>(size >> 16U),
          static_cast<char>(size >> 8U),
          static_cast<char>(size)};
}

bool would_block(int err) { return err == EAGAIN || err == EWOULDBLOCK || err == EINTR; }

}  // namespace

std::int64_t monotonic_ms() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000;
}

ViewerSession::ViewerSession(Loop& loop, ViewerOwner& owner, UniqueFd connection, Viewer options)
    : loop_(loop),
      owner_(owner),
      fd_(std::move(connection)),
      options_(std::move(options)),
      keys_(std::move(options_.detach_keys)) {}

ViewerSession::~ViewerSession() { drop(); }

bool ViewerSession::start() {
  progress_ms_ = monotonic_ms();
  interest_ = EPOLLIN;
  if (!loop_.add(fd_.get(), interest_, this)) return false;
  if (!options_.pending.empty()) {
    const std::string pending = std::move(options_.pending);
    handle_input(pending);
  }
  return !over_;
}

void ViewerSession::drop() {
  if (!fd_) return;
  loop_.remove(fd_.get());
  // The daemon may hold a copy of the descriptor: closing ours alone would not end the connection.
  ::shutdown(fd_.get(), SHUT_RDWR);
  fd_.reset();
  std::string().swap(out_);
  sent_ = 0;
}

void ViewerSession::end() {
  if (over_) return;
  over_ = true;
  drop();
  owner_.viewer_gone(*this);
}

bool ViewerSession::is_full(std::int64_t now_ms) const noexcept {
  return out_.size() - sent_ > kSoft && now_ms - progress_ms_ <= kPatienceMs;
}

void ViewerSession::update_interest() {
  if (over_ || parked_) return;
  const std::uint32_t wanted =
      (reading_ && input_open_ ? EPOLLIN : 0U) | (is_waiting() ? EPOLLOUT : 0U);
  if (wanted == interest_) return;
  interest_ = wanted;
  loop_.change(fd_.get(), wanted, this);
}

void ViewerSession::push(Stream stream, std::string_view bytes) {
  if (over_ || !wants(stream) || bytes.empty()) return;
  const auto header = frame_header(stream, bytes.size());
  const std::size_t head = options_.framed ? kHeaderSize : 0;
  std::size_t done = 0;
  if (!is_waiting()) {
    iovec parts[2] = {{const_cast<char*>(header.data()), head},
                      {const_cast<char*>(bytes.data()), bytes.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const ssize_t n = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && !would_block(errno)) return end();
    done = n > 0 ? static_cast<std::size_t>(n) : 0;
    progress_ms_ = monotonic_ms();
    if (done == head + bytes.size()) return;
  }
  if (out_.size() - sent_ + bytes.size() > kHard) return end();
  if (sent_ > 0 && sent_ >= out_.size() / 2) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  if (done < head) {
    out_.append(header.data() + done, head - done);
    done = head;
  }
  out_.append(bytes.substr(done - head));
  update_interest();
}

void ViewerSession::send_pending() {
  while (is_waiting()) {
    const ssize_t n =
        ::send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
      if (!would_block(errno)) return end();
      break;
    }
    sent_ += static_cast<std::size_t>(n);
    progress_ms_ = monotonic_ms();
  }
  if (!is_waiting()) {
    std::string().swap(out_);
    sent_ = 0;
    if (closing_) return end();
  }
  update_interest();
  if (out_.size() - sent_ <= kSoft) owner_.viewer_relieved();
}

void ViewerSession::close_when_sent() {
  closing_ = true;
  reading_ = false;
  if (!is_waiting()) return end();
  update_interest();
}

void ViewerSession::read_input(bool on) {
  reading_ = on && !closing_;
  if (parked_ && reading_ && !over_) {
    interest_ = EPOLLIN;
    parked_ = !loop_.add(fd_.get(), interest_, this);
  }
  update_interest();
}

bool ViewerSession::handle_input(std::string_view bytes) {
  if (!options_.want_stdin) return true;
  auto outcome = keys_.feed(bytes);
  if (!outcome.pass_on.empty() && !owner_.typed(*this, outcome.pass_on)) read_input(false);
  if (outcome.detached) end();
  return !outcome.detached;
}

void ViewerSession::receive() {
  std::array<char, 16384> bytes;
  const ssize_t n = ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (n < 0) {
    if (!would_block(errno)) end();
    return;
  }
  if (n > 0) {
    handle_input({bytes.data(), static_cast<std::size_t>(n)});
    return;
  }
  // Half closed: the client still reads.
  input_open_ = false;
  update_interest();
  owner_.input_ended(*this);
  if (!over_ && !options_.want_stdout && !options_.want_stderr) end();
}

void ViewerSession::on_ready(std::uint32_t events) {
  if (over_) return;
  if ((events & EPOLLIN) != 0 && reading_ && input_open_) receive();
  if (!over_ && (events & EPOLLOUT) != 0) send_pending();
  if (over_ || (events & (EPOLLHUP | EPOLLERR)) == 0) return;
  // Both directions are gone. What was typed before is still read, as soon as it is wanted; until
  // then off the loop, which would report the hang-up for ever.
  if (!input_open_ || !options_.want_stdin || (events & EPOLLERR) != 0) return end();
  options_.want_stdout = options_.want_stderr = false;
  out_.clear();
  sent_ = 0;
  if (reading_) return;
  loop_.remove(fd_.get());
  parked_ = true;
}

}  // namespace hexad::shim
