#include "daemon/http/transfer.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/error.hpp>
#include <cerrno>
#include <memory>

#include "daemon/http/head.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::http {
namespace {

// A client that neither sends nor reads for this long has its transfer ended: each one holds a
// thread.
constexpr int kStallMs = 10 * 60 * 1000;
constexpr std::size_t kReadSize = 64U << 10;

Result<> wait_for(int fd, short events) {
  if (TRY(poll_one(fd, events, kStallMs))) return {};
  return fail(Code::invalid_argument, "the client stalled");
}

}  // namespace

Result<> Transfer::fill() {
  const auto room = in_.room(kReadSize);
  if (room.size == 0) {
    broken_request_ = true;
    return fail(Code::invalid_argument, "malformed chunked body");
  }
  for (;;) {
    const auto n = ::recv(fd_, room.at, room.size, MSG_DONTWAIT);
    if (n > 0) {
      in_.filled(static_cast<std::size_t>(n));
      return {};
    }
    if (n == 0)
      return fail(Code::invalid_argument, "unexpected EOF: the request's body is cut off");
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return sys_fail("read the request's body");
    TRY(wait_for(fd_, POLLIN));
  }
}

Result<std::size_t> Transfer::read(char* into, std::size_t size) {
  if (broken_request_) return fail(Code::invalid_argument, "the request's body is broken");
  if (size == 0) return 0;
  parser_.body_to(into, size);
  while (!parser_.is_done()) {
    if (!in_.empty()) {
      ErrorCode error;
      in_.consume(
          parser_.put(boost::asio::const_buffer(in_.data().data(), in_.data().size()), error));
      if (parser_.taken() > 0) return parser_.taken();
      if (!error) continue;
      if (error != beast_http::error::need_more) {
        broken_request_ = true;
        return fail(Code::invalid_argument, "malformed request body: {}", error.message());
      }
    } else if (parser_.expects_continue() && parser_.http11() && !continued_) {
      continued_ = true;
      TRY(send("HTTP/1.1 100 Continue\r\n\r\n", {}, {}));
    }
    if (auto filled = fill(); !filled) {
      broken_request_ = true;
      return pass(std::move(filled).error());
    }
  }
  return 0;
}

void Transfer::drain(std::size_t most) {
  // The client waits for "100 Continue" and would not send anything.
  if (parser_.expects_continue() && !continued_ && in_.empty()) return;
  const std::unique_ptr<char[]> scratch(new char[kReadSize]);
  for (std::size_t total = 0; total < most;) {
    const auto n = read(scratch.get(), kReadSize);
    if (!n || *n == 0) return;
    total += *n;
  }
}

void Transfer::header(std::string name, std::string value) {
  own_length_ = own_length_ || to_lower(name) == "content-length";
  headers_.emplace_back(std::move(name), std::move(value));
}

Result<> Transfer::start() {
  started_ = true;
  Head head;
  head.content_type = type_;
  head.headers = &headers_;
  head.http11 = parser_.http11();
  head.framing = own_length_ || !head.http11 ? Framing::close : Framing::chunked;
  keep_alive_ = head.http11 && parser_.keep_alive();
  head.keep_alive = keep_alive_;
  return send(write_head(head), {}, {});
}

Result<> Transfer::write(std::string_view bytes) {
  if (!started_) TRY(start());
  if (bytes.empty()) return {};
  if (own_length_ || !parser_.http11()) return send(bytes, {}, {});
  const auto size = fmt::format("{:x}\r\n", bytes.size());
  return send(size, bytes, "\r\n");
}

Result<> Transfer::finish() {
  if (!started_ || own_length_ || !parser_.http11()) return {};
  return send("0\r\n\r\n", {}, {});
}

Result<> Transfer::send(std::string_view a, std::string_view b, std::string_view c) {
  std::array<std::string_view, 3> parts{a, b, c};
  for (;;) {
    std::array<iovec, 3> vectors{};
    std::size_t left = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
      left += parts[i].size();
    }
    if (left == 0) return {};
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    const auto n = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) {
      client_gone_ = true;
      return sys_fail("answer the client");
    }
    if (n < 0) {
      if (auto ready = wait_for(fd_, POLLOUT); !ready) {
        client_gone_ = true;
        return ready;
      }
    }
    auto done = static_cast<std::size_t>(std::max<ssize_t>(n, 0));
    for (auto& part : parts) {
      const auto take = std::min(done, part.size());
      part.remove_prefix(take);
      done -= take;
    }
  }
}

}  // namespace hexad::http
