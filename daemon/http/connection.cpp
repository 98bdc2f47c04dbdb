#include "daemon/http/connection.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

namespace hexad::http {
namespace asio = boost::asio;

namespace {
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
}  // namespace

// Outlives the connection for as long as its callback is on the way.
struct Connection::Timer {
  explicit Timer(Socket& s) : socket(&s), timer(s.get_executor()) {}
  Socket* socket;  // null once the connection has gone
  asio::steady_timer timer;
  unsigned round = 0;  // a callback of an earlier round does nothing
  bool expired = false;
};

Connection::Connection(Socket socket) : socket_(std::move(socket)), fd_(socket_.native_handle()) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
}

asio::awaitable<Connection::Read> Connection::read_more(std::size_t least) {
  if (timer_ && timer_->expired) co_return Read::timeout;
  const auto room = in.room(least);
  if (room.size == 0) co_return Read::full;
  const auto buffer = asio::buffer(room.at, room.size);
  const auto [error, n] = co_await socket_.async_read_some(buffer, kTuple);
  if (timer_ && timer_->expired) co_return Read::timeout;
  if (error || n == 0) co_return Read::end;
  in.filled(n);
  co_return Read::some;
}

asio::awaitable<bool> Connection::send(std::string_view a, std::string_view b, std::string_view c) {
  std::array<std::string_view, 3> parts{a, b, c};
  std::array<iovec, 3> vectors{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = vectors.size();
  // Nearly always the socket takes all of it at once, and nobody needs to wait.
  auto sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) co_return false;
  auto left = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  std::array<asio::const_buffer, 3> rest{};
  bool any = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto done = std::min(left, parts[i].size());
    left -= done;
    parts[i].remove_prefix(done);
    rest[i] = asio::buffer(parts[i].data(), parts[i].size());
    any = any || !parts[i].empty();
  }
  if (!any) co_return true;
  const auto [error, n] = co_await asio::async_write(socket_, rest, kTuple);
  co_return !error;
}

// EPOLLHUP, which Asio reports to who waits for errors, comes when both directions are closed;
// a client that only half-closed still gets its answer. unix(7), epoll_ctl(2)
asio::awaitable<void> Connection::gone() {
  co_await socket_.async_wait(Socket::wait_error, kTuple);
}

void Connection::start_deadline(std::chrono::milliseconds after) {
  if (!timer_) timer_ = std::make_shared<Timer>(socket_);
  timer_->expired = false;
  timer_->timer.expires_after(after);
  timer_->timer.async_wait(
      [timer = timer_, round = ++timer_->round](const boost::system::error_code& error) {
        if (error || timer->round != round || timer->socket == nullptr) return;
        timer->expired = true;
        boost::system::error_code ignored;
        timer->socket->cancel(ignored);
      });
}

void Connection::stop_deadline() {
  if (!timer_) return;
  ++timer_->round;
  timer_->expired = false;
  timer_->timer.cancel();
}

UniqueFd Connection::release() {
  stop_deadline();
  boost::system::error_code ignored;
  return UniqueFd(socket_.release(ignored));
}

void Connection::assign(UniqueFd fd) {
  boost::system::error_code error;
  const int number = fd.release();
  socket_.assign(asio::local::stream_protocol(), number, error);
  if (error) {
    ::close(number);
    fd_ = -1;
    return;
  }
  socket_.native_non_blocking(true, error);
}

void Connection::shutdown_sending() {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
}

void Connection::shutdown() {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

void Connection::close() {
  stop_deadline();
  if (timer_) timer_->socket = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
  fd_ = -1;
}

}  // namespace hexad::http
