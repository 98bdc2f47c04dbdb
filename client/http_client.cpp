// One HTTP/1.1 connection: requests out, responses in. RFC 9112 as far as an engine API needs it:
// no pipelining, no trailers that mean anything, no compression.
#include "client/http_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::size_t kMaxLine = 64U << 10;
constexpr std::size_t kReadSize = 64U << 10;
constexpr std::size_t kMaxBody = 256U << 20;

std::string escape(std::string_view text, bool plus_for_space) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else if (c == ' ' && plus_for_space) {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

tl::unexpected<Error> no_daemon(const Endpoint& endpoint, int err) {
  if (err == EACCES)
    return fail(Code::unavailable,
                "permission denied while trying to connect to the Hexad daemon socket at {}",
                endpoint.text);
  return fail(Code::unavailable,
              "Cannot connect to the Hexad daemon at {}. Is the hexad daemon running?",
              endpoint.text);
}

Result<UniqueFd> connect_to(const Endpoint& endpoint) {
  if (!endpoint.path.empty()) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (endpoint.path.size() >= sizeof address.sun_path)
      return fail(Code::invalid_argument, "unix socket path \"{}\" is too long", endpoint.path);
    std::memcpy(address.sun_path, endpoint.path.data(), endpoint.path.size());
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return sys_fail("socket");
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return no_daemon(endpoint, errno);
    return fd;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (::inet_pton(AF_INET, endpoint.address.c_str(), &address.sin_addr) != 1)
    return fail(Code::invalid_argument, "host \"{}\" is not a numeric IPv4 address",
                endpoint.address);
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return sys_fail("socket");
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return no_daemon(endpoint, errno);
  return fd;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  endpoint.text = text;
  if (text.starts_with("unix://")) {
    endpoint.path = text.substr(7);
    if (endpoint.path.empty())
      return fail(Code::invalid_argument, "unable to parse docker host `{}`", text);
    return endpoint;
  }
  if (text.starts_with("tcp://") || text.starts_with("http://")) {
    const std::string_view rest = text.substr(text.find("//") + 2);
    const auto [host, port] = split_once(rest, ':');
    endpoint.address = host.empty() || host == "localhost" ? "127.0.0.1" : std::string(host);
    const auto number = parse_uint(trim(split_once(port.value_or("2375"), '/').first));
    if (!number || *number == 0 || *number > 65535)
      return fail(Code::invalid_argument, "unable to parse docker host `{}`", text);
    endpoint.port = static_cast<std::uint16_t>(*number);
    return endpoint;
  }
  if (text.find("://") == std::string_view::npos)
    return fail(Code::invalid_argument, "unable to parse docker host `{}`", text);
  return fail(Code::not_implemented, "hosts of this kind are not supported: {}", text);
}

std::string escape_query(std::string_view text) { return escape(text, true); }
std::string escape_path(std::string_view segment) { return escape(segment, false); }

std::string encode_query(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    out += out.empty() ? "?" : "&";
    out += escape_query(name);
    out += '=';
    out += escape_query(value);
  }
  return out;
}

std::string_view ResponseHead::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

Result<Connection> Connection::open(const Endpoint& endpoint) {
  Connection connection;
  connection.fd_ = TRY(connect_to(endpoint));
  return connection;
}

Result<> Connection::send(const Request& request) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: hexad\r\nUser-Agent: hexa\r\n",
                                 request.method, request.target);
  if (request.upgrade) text += "Connection: Upgrade\r\nUpgrade: tcp\r\n";
  if (!request.content_type.empty())
    text += fmt::format("Content-Type: {}\r\n", request.content_type);
  if (request.chunked) {
    text += "Transfer-Encoding: chunked\r\n";
  } else if (request.has_body || request.method == "POST" || request.method == "PUT") {
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  text += "\r\n";
  text += request.body;
  fresh_ = buffer_.empty();
  head_request_ = request.method == "HEAD";
  return written(text);
}

// Not an EPIPE of ours: that one means that nobody reads what the command prints.
Result<> Connection::written(std::string_view text) {
  while (!text.empty()) {
    // MSG_NOSIGNAL: a kept connection may be closed by now, and is then replaced.
    const ssize_t n = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Code::unavailable, "the daemon closed the connection");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<> Connection::send_chunk(std::string_view bytes) {
  std::string text = fmt::format("{:x}\r\n", bytes.size());
  text += bytes;
  text += "\r\n";
  return written(text);
}

Result<bool> Connection::fill() {
  std::array<char, kReadSize> bytes;  // NOLINT: not initialised on purpose
  while (true) {
    const ssize_t n = ::read(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sys_fail("read from the daemon");
    buffer_.append(bytes.data(), static_cast<std::size_t>(n));
    if (n > 0) fresh_ = false;
    return n > 0;
  }
}

Result<std::string> Connection::read_line() {
  while (true) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (buffer_.size() > kMaxLine)
      return fail(Code::internal, "the daemon sent a header line that is too long");
    if (!TRY(fill())) return fail(Code::unavailable, "the daemon closed the connection");
  }
}

Result<ResponseHead> Connection::read_head() {
  ResponseHead head;
  do {  // 100 Continue and its kind carry nothing
    const std::string status = TRY(read_line());
    const auto code = status.starts_with("HTTP/1.") && status.size() >= 12
                          ? parse_int(std::string_view(status).substr(9, 3))
                          : std::nullopt;
    if (!code) return fail(Code::internal, "malformed HTTP response \"{}\"", status.substr(0, 80));
    head.status = static_cast<int>(*code);
    head.headers.clear();
    keep_alive_ = status.starts_with("HTTP/1.1");
    while (true) {
      const std::string line = TRY(read_line());
      if (line.empty()) break;
      const auto [name, value] = split_once(line, ':');
      head.headers.emplace_back(to_lower(name), trim(value.value_or("")));
    }
  } while (head.status >= 100 && head.status < 200 && head.status != 101);

  if (to_lower(head.header("connection")) == "close") keep_alive_ = false;
  left_ = 0;
  const std::string_view length = head.header("content-length");
  if (head.status == 204 || head.status == 304 || head_request_) {
    body_ = Body::none;
  } else if (head.status == 101) {
    body_ = Body::until_close;
    keep_alive_ = false;
  } else if (to_lower(head.header("transfer-encoding")) == "chunked") {
    body_ = Body::chunked;
  } else if (!length.empty()) {
    const auto size = parse_uint(length);
    if (!size) return fail(Code::internal, "malformed Content-Length \"{}\"", length);
    left_ = *size;
    body_ = left_ > 0 ? Body::length : Body::none;
  } else {
    body_ = Body::until_close;
    keep_alive_ = false;
  }
  return head;
}

Result<std::string> Connection::read_chunk() {
  if (left_ == 0) {
    const std::string line = TRY(read_line());
    const auto size_end = std::min(line.find(';'), line.size());
    const auto [end, ec] = std::from_chars(line.data(), line.data() + size_end, left_, 16);
    if (ec != std::errc{} || end != line.data() + size_end)
      return fail(Code::internal, "malformed chunk from the daemon");
    if (left_ == 0) {
      while (!TRY(read_line()).empty()) {  // trailers
      }
      body_ = Body::none;
      return std::string{};
    }
  }
  if (buffer_.empty() && !TRY(fill()))
    return fail(Code::unavailable, "the daemon closed the connection (unexpected EOF)");
  const std::size_t take = std::min(left_, buffer_.size());
  std::string piece = buffer_.substr(0, take);
  buffer_.erase(0, take);
  left_ -= take;
  if (left_ == 0) TRY(read_line());  // the line break after the data
  return piece;
}

Result<std::string> Connection::read_some() {
  switch (body_) {
    case Body::none: return std::string{};
    case Body::chunked: return read_chunk();
    case Body::length: {
      if (buffer_.empty() && !TRY(fill()))
        return fail(Code::unavailable, "the daemon closed the connection (unexpected EOF)");
      const std::size_t take = std::min(left_, buffer_.size());
      std::string piece = buffer_.substr(0, take);
      buffer_.erase(0, take);
      left_ -= take;
      if (left_ == 0) body_ = Body::none;
      return piece;
    }
    case Body::until_close:
      if (buffer_.empty() && !TRY(fill())) {
        body_ = Body::none;
        return std::string{};
      }
      return take_buffer();
  }
  return std::string{};
}

Result<std::string> Connection::read_rest() {
  std::string all;
  while (true) {
    const std::string piece = TRY(read_some());
    if (piece.empty()) return all;
    all += piece;
    if (all.size() > kMaxBody) return fail(Code::internal, "the daemon's answer is too large");
  }
}

}  // namespace hexad::client
