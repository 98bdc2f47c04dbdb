// A small blocking HTTP/1.1 client for one daemon: keep-alive, chunked bodies, streams read as
// they come, and connections taken over after an upgrade. Speaks to unix:// and to tcp:// with a
// numeric address (a static binary has no resolver). Errors of the daemon come back as Error with
// its text; what stands between (cannot connect) has Code::unavailable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/version.hpp"
#include "client/json_value.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::client {

struct Endpoint {
  std::string text;  // as the user wrote it
  std::string path;  // of a unix socket; empty for tcp
  std::string address;
  std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(std::string_view text);

using Query = std::vector<std::pair<std::string, std::string>>;
// Percent-encoding as Go's url.QueryEscape; in a path segment '+' is %20.
std::string escape_query(std::string_view text);
std::string escape_path(std::string_view segment);
std::string encode_query(const Query& query);

struct ResponseHead {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Response {
  ResponseHead head;
  std::string body;
};

// One connection; a response must be read to its end before the next request.
class Connection {
 public:
  static Result<Connection> open(const Endpoint& endpoint);

  struct Request {
    std::string_view method;
    std::string target;
    std::string_view content_type;  // empty: no body
    std::string_view body;
    bool upgrade = false;  // ask for the raw connection
    bool chunked = false;  // the body follows by send_chunk
    bool has_body = false;
  };
  Result<> send(const Request& request);
  // An empty chunk ends the body.
  Result<> send_chunk(std::string_view bytes);
  Result<ResponseHead> read_head();
  // Next piece of the body, decoded; empty at the end.
  Result<std::string> read_some();
  Result<std::string> read_rest();

  [[nodiscard]] int fd() const { return fd_.get(); }
  // Bytes read that belong to nobody yet: after an upgrade they are the stream's first.
  [[nodiscard]] std::string take_buffer() { return std::exchange(buffer_, {}); }
  [[nodiscard]] UniqueFd take_fd() { return std::move(fd_); }
  [[nodiscard]] bool reusable() const { return fd_ && body_ == Body::none && keep_alive_; }
  // The answer was started but not read to its end (a head with a failed request, say).
  [[nodiscard]] bool fresh() const { return fresh_; }

 private:
  enum class Body : std::uint8_t { none, length, chunked, until_close };
  Result<> written(std::string_view text);
  Result<bool> fill();  // false at end of file
  Result<std::string> read_line();
  Result<std::string> read_chunk();

  UniqueFd fd_;
  std::string buffer_;
  Body body_ = Body::none;
  std::size_t left_ = 0;  // of the body or of the chunk
  bool keep_alive_ = true;
  bool fresh_ = true;
  bool head_request_ = false;
};

// A hijacked connection.
struct RawStream {
  UniqueFd fd;
  std::string first;         // bytes that came with the head
  bool multiplexed = false;  // by the content type; only from API 1.42 on
};

class Daemon {
 public:
  explicit Daemon(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] const std::string& version() const { return version_; }

  // path: "/containers/json". A status of 400 and above is an Error with the daemon's message.
  Result<Response> call(std::string_view method, std::string_view path, const Query& query = {},
                        std::optional<std::string> json_body = std::nullopt);
  Result<Json> get(std::string_view path, const Query& query = {});
  // The head has been read, the body is the caller's. On a connection of its own.
  Result<Connection> open_stream(std::string_view method, std::string_view path,
                                 const Query& query = {});
  // Sends `source` (a descriptor, until its end) as a chunked body.
  Result<Connection> upload(std::string_view path, const Query& query,
                            std::string_view content_type, int source);
  Result<RawStream> hijack(std::string_view path, const Query& query,
                           std::optional<std::string> json_body = std::nullopt);
  // HEAD /_ping; picks the older of both versions. Only upload needs it: other requests are sent
  // with our version, and once more with the daemon's own when that is too new for it.
  Result<ResponseHead> ping();

  // The two halves of a call on a connection of its own. No other version is tried.
  Result<Connection> send_only(std::string_view method, std::string_view path, const Query& query);
  Result<Response> read_answer(Result<Connection> sent);

  int last_status = 0;  // of the last answer; 0: there was none

 private:
  Result<Connection> started(const Connection::Request& request, std::string_view path,
                             const Query& query, ResponseHead& head);
  [[nodiscard]] std::string target(std::string_view path, const Query& query) const;
  Result<Connection> checked(Connection connection, const ResponseHead& head);
  [[nodiscard]] std::optional<std::string> older_version(const std::string& message) const;

  Endpoint endpoint_;
  std::string version_{api::kApiVersion};
  std::optional<Connection> idle_;
};

}  // namespace hexad::client
