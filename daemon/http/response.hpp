// What a handler answers. An Error becomes {"message": ...} with its status in the session.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "libcontainer/base/unique_fd.hpp"

namespace hexad::http {

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  static Response json(std::string body, int status = 200) {
    return Response{status, "application/json", std::move(body), {}};
  }
  static Response empty(int status = 204) { return Response{status, "", "", {}}; }
  static Response text(std::string body, int status = 200) {
    return Response{status, "text/plain; charset=utf-8", std::move(body), {}};
  }
};

// The connection changes hands: the session writes "101 UPGRADED" (or "200 OK" where the client
// did not ask for an upgrade) with `content_type`, then `take` gets the connection (blocking
// mode) and the bytes already read beyond the request. `take` runs on the pool.
struct Hijack {
  std::string content_type = "application/vnd.docker.raw-stream";
  std::function<void(UniqueFd connection, std::string pending)> take;
};

using HijackResult = std::variant<Response, Hijack>;

}  // namespace hexad::http
