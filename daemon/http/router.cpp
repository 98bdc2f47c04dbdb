#include "daemon/http/router.hpp"

#include <algorithm>

#include "daemon/http/known_operations.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::http {
namespace {

constexpr const char* kNoSwarm =
    "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to "
    "connect this node to swarm and try again.";

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  const auto add = [this](Row row) {
    auto& list = rows_[row.pattern.first()];
    list.push_back(std::move(row));
  };
  for (const auto& route : routes_) {
    add({Pattern(route.pattern), &route, route.method, {}, false});
  }
  for (const auto& known : known_operations()) {
    add({Pattern(known.pattern), nullptr, known.method,
         fmt::format("{} ({} {}) is not implemented by hexad yet", known.name, known.method,
                     known.pattern),
         known.swarm});
  }
  // Stable: a route stays before the row of the same pattern that only knows its name.
  for (auto& [first, list] : rows_) {
    std::stable_sort(list.begin(), list.end(),
                     [](const Row& a, const Row& b) { return a.pattern < b.pattern; });
  }
}

Result<Router::Match> Router::find(std::string_view method, std::string_view path) const {
  const auto rest = path.substr(std::min<std::size_t>(1, path.size()));
  const auto list = rows_.find(rest.substr(0, rest.find('/')));
  if (list != rows_.end()) {
    Match match;
    for (const auto& row : list->second) {
      if (method != row.method || !row.pattern.match(path, match.params)) continue;
      match.route = row.route;
      if (row.route != nullptr) return match;
      if (row.swarm) return fail(Code::unavailable, "{}", kNoSwarm);
      return fail(Code::not_implemented, "{}", row.missing);
    }
  }
  return fail(Code::not_found, "page not found");
}

std::string Router::print() const {
  std::vector<std::string> lines;
  for (const auto& route : routes_) {
    lines.push_back(fmt::format("{:<6} {}", route.method, route.pattern));
  }
  std::sort(lines.begin(), lines.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.substr(7), a) < std::pair(b.substr(7), b);
  });
  return join(lines, "\n") + "\n";
}

}  // namespace hexad::http
