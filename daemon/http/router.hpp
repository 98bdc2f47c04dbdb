// Finds the route for a method and a path. Built once, read by the Asio thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/pattern.hpp"
#include "daemon/http/route.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::http {

class Router {
 public:
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;
    Pattern::Params params;
  };
  // 404 "page not found"; 501 or 503 for an operation of the Engine API that has no route.
  [[nodiscard]] Result<Match> find(std::string_view method, std::string_view path) const;
  // "GET /_ping" lines as `hexad --routes` prints them.
  [[nodiscard]] std::string print() const;

 private:
  struct Row {
    Pattern pattern;
    const Route* route;  // null: known only
    const char* method;
    std::string missing;  // what to say then
    bool swarm = false;
  };
  std::vector<Route> routes_;
  // By first segment, so that one request looks at a handful of rows.
  std::map<std::string, std::vector<Row>, std::less<>> rows_;
};

}  // namespace hexad::http
