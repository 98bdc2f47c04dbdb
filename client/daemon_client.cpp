// Requests to the daemon: the version in the path, errors in the body, connections kept or taken.
#include <fmt/format.h>

#include "client/http_client.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

Code code_of(int status) {
  switch (status) {
    case 400: return Code::invalid_argument;
    case 401: return Code::unauthorized;
    case 403: return Code::forbidden;
    case 404: return Code::not_found;
    case 406: return Code::not_acceptable;
    case 409: return Code::conflict;
    case 501: return Code::not_implemented;
    case 503: return Code::unavailable;
    default: return Code::internal;
  }
}

std::string error_text(const ResponseHead& head, std::string body) {
  if (const auto json = parse_json(body); json && json->at("message").is_string())
    return json->at("message").text();
  body = trim(body);
  return body.empty() ? fmt::format("request failed with status {}", head.status) : body;
}

}  // namespace

std::string Daemon::target(std::string_view path, const Query& query) const {
  return fmt::format("/v{}{}{}", version_, path, encode_query(query));
}

// "client version 1.51 is too new. Maximum supported API version is 1.41": the daemon has done
// nothing yet, and says what it speaks. Costs nothing with a daemon that speaks ours.
std::optional<std::string> Daemon::older_version(const std::string& message) const {
  constexpr std::string_view kMark = "Maximum supported API version is ";
  const auto at = message.find(kMark);
  if (at == std::string::npos || message.find("too new") == std::string::npos) return std::nullopt;
  std::string version = message.substr(at + kMark.size());
  while (!version.empty() && (version.back() < '0' || version.back() > '9')) version.pop_back();
  if (version.empty() || version == version_) return std::nullopt;
  return version;
}

Result<Connection> Daemon::checked(Connection connection, const ResponseHead& head) {
  last_status = head.status;
  if (head.status < 400) return connection;
  const std::string body = TRY(connection.read_rest());
  if (connection.reusable()) idle_ = std::move(connection);
  return fail(code_of(head.status), "Error response from daemon: {}", error_text(head, body));
}

// Sends on the idle connection if there is one. A daemon that restarted has closed it: then, and
// only when not one byte of an answer came, the request is sent again on a new one.
Result<Connection> Daemon::started(const Connection::Request& request, std::string_view path,
                                   const Query& query, ResponseHead& head) {
  while (true) {
    Connection::Request versioned = request;
    versioned.target = target(path, query);
    const bool reused = idle_.has_value();
    Connection connection = reused ? std::move(*idle_) : TRY(Connection::open(endpoint_));
    idle_.reset();
    const auto sent = connection.send(versioned);
    auto got = sent ? connection.read_head() : Result<ResponseHead>(pass(sent.error()));
    if (!got && reused && connection.fresh()) continue;
    head = TRY(std::move(got));
    auto result = checked(std::move(connection), head);
    if (!result && head.status == 400) {
      if (auto version = older_version(result.error().message)) {
        version_ = std::move(*version);
        continue;
      }
    }
    return result;
  }
}

Result<Response> Daemon::call(std::string_view method, std::string_view path, const Query& query,
                              std::optional<std::string> json_body) {
  Connection::Request request{.method = method, .target = {}, .content_type = {}, .body = {}};
  if (json_body) {
    request.content_type = "application/json";
    request.body = *json_body;
    request.has_body = true;
  }
  Response response;
  Connection connection = TRY(started(request, path, query, response.head));
  response.body = TRY(connection.read_rest());
  if (connection.reusable()) idle_ = std::move(connection);
  return response;
}

Result<Connection> Daemon::send_only(std::string_view method, std::string_view path,
                                     const Query& query) {
  Connection connection = TRY(Connection::open(endpoint_));
  TRY(connection.send(
      {.method = method, .target = target(path, query), .content_type = {}, .body = {}}));
  return connection;
}

Result<Response> Daemon::read_answer(Result<Connection> sent) {
  Connection connection = TRY(std::move(sent));
  Response response;
  response.head = TRY(connection.read_head());
  connection = TRY(checked(std::move(connection), response.head));
  response.body = TRY(connection.read_rest());
  return response;
}

Result<Json> Daemon::get(std::string_view path, const Query& query) {
  const Response response = TRY(call("GET", path, query));
  return parse_json(response.body);
}

Result<Connection> Daemon::open_stream(std::string_view method, std::string_view path,
                                       const Query& query) {
  ResponseHead head;
  return started({.method = method, .target = {}, .content_type = {}, .body = {}}, path, query,
                 head);
}

Result<RawStream> Daemon::hijack(std::string_view path, const Query& query,
                                 std::optional<std::string> json_body) {
  Connection::Request request{
      .method = "POST", .target = {}, .content_type = "text/plain", .body = {}, .upgrade = true};
  if (json_body) {
    request.content_type = "application/json";
    request.body = *json_body;
    request.has_body = true;
  }
  ResponseHead head;
  Connection connection = TRY(started(request, path, query, head));
  if (head.status != 101 && head.status != 200)
    return fail(Code::internal, "unable to upgrade to tcp, received {}", head.status);
  RawStream stream;
  stream.multiplexed = head.header("content-type").find("multiplexed") != std::string_view::npos;
  stream.first = connection.take_buffer();
  stream.fd = connection.take_fd();
  return stream;
}

Result<ResponseHead> Daemon::ping() {
  const bool reused = idle_.has_value();
  Connection connection = reused ? std::move(*idle_) : TRY(Connection::open(endpoint_));
  idle_.reset();
  TRY(connection.send({.method = "HEAD", .target = "/_ping", .content_type = {}, .body = {}}));
  ResponseHead head = TRY(connection.read_head());
  if (connection.reusable()) idle_ = std::move(connection);
  const auto minor = [](std::string_view version) {
    return parse_int(split_once(version, '.').second.value_or("")).value_or(0);
  };
  const std::string_view theirs = head.header("api-version");
  if (!theirs.empty() && minor(theirs) < minor(version_)) version_ = theirs;
  return head;
}

Result<Connection> Daemon::upload(std::string_view path, const Query& query,
                                  std::string_view content_type, int source) {
  TRY(ping());
  Connection connection = idle_ ? std::move(*idle_) : TRY(Connection::open(endpoint_));
  idle_.reset();
  TRY(connection.send({.method = "POST",
                       .target = target(path, query),
                       .content_type = content_type,
                       .body = {},
                       .chunked = true}));
  std::string piece(256U << 10, '\0');
  while (true) {
    const ssize_t n = ::read(source, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sys_fail("read the archive");
    // A daemon that refuses early answers and closes: then its answer is the error, not EPIPE.
    if (!connection.send_chunk({piece.data(), static_cast<std::size_t>(n)})) break;
    if (n == 0) break;
  }
  const ResponseHead head = TRY(connection.read_head());
  return checked(std::move(connection), head);
}

}  // namespace hexad::client
