#include "daemon/http/router.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "daemon/http/known_operations.hpp"

using namespace hexad;
using http::Pattern;

namespace {

Result<http::Response> nothing(const http::Request&) { return http::Response::empty(); }

http::Router sample() {
  return http::Router({
      http::unary("GET", "/containers/{id}/json", nothing),
      http::unary("GET", "/containers/json", nothing),
      http::unary("DELETE", "/images/{name:.*}", nothing),
      http::unary("GET", "/images/{name:.*}/json", nothing),
      http::unary("GET", "/images/json", nothing),
      http::unary("GET", "/_ping", nothing),
  });
}

std::string pattern_of(const http::Router& router, std::string_view method, std::string_view path) {
  auto match = router.find(method, path);
  return match ? match->route->pattern : match.error().message;
}

}  // namespace

TEST_CASE("literals come before parameters, and names take slashes") {
  const auto router = sample();
  CHECK(pattern_of(router, "GET", "/containers/json") == "/containers/json");
  CHECK(pattern_of(router, "GET", "/containers/json/json") == "/containers/{id}/json");
  CHECK(pattern_of(router, "GET", "/images/json") == "/images/json");
  auto name = router.find("GET", "/images/localhost:5000/a/b:tag/json");
  REQUIRE(name);
  CHECK(name->params == Pattern::Params{{"name", "localhost:5000/a/b:tag"}});
  auto inner = router.find("DELETE", "/images/a/json");
  REQUIRE(inner);
  CHECK(inner->params == Pattern::Params{{"name", "a/json"}});
}

TEST_CASE("what is no path of the API is 404") {
  const auto router = sample();
  for (const auto* path : {"/", "", "/nothing", "/containers", "/containers/x/json/", "/_ping/",
                           "/containers//json", "/images//json", "//_ping", "/_ping/x"}) {
    INFO(path);
    CHECK(pattern_of(router, "GET", path) == "page not found");
  }
  CHECK(pattern_of(router, "POST", "/_ping") == "page not found");
  CHECK(pattern_of(router, "BREW", "/_ping") == "page not found");
}

TEST_CASE("operations without a route tell their name, swarm's get Docker's text") {
  const auto router = sample();
  auto top = router.find("GET", "/containers/x/top");
  REQUIRE_FALSE(top);
  CHECK(top.error().code == Code::not_implemented);
  CHECK(top.error().message ==
        "ContainerTop (GET /containers/{id}/top) is not implemented by hexad yet");
  CHECK(router.find("POST", "/build").error().code == Code::not_implemented);
  CHECK(router.find("POST", "/images/a/b/push").error().code == Code::not_implemented);
  for (const auto* path : {"/swarm", "/nodes", "/services/x/logs", "/secrets", "/configs/x"}) {
    INFO(path);
    auto swarm = router.find("GET", path);
    REQUIRE_FALSE(swarm);
    CHECK(swarm.error().code == Code::unavailable);
    CHECK(swarm.error().message ==
          "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" "
          "to connect this node to swarm and try again.");
  }
}

TEST_CASE("the list of operations is whole and has no double") {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& known : http::known_operations()) {
    CHECK(seen.emplace(known.method, known.pattern).second);
  }
  CHECK(seen.size() > 100);
}

TEST_CASE("a hostile path costs little") {
  const auto router = sample();
  std::string path = "/images";
  for (int i = 0; i < 20000; ++i) path += "/a";
  CHECK(pattern_of(router, "DELETE", path) == "/images/{name:.*}");
  CHECK(pattern_of(router, "PUT", path) == "page not found");
}

TEST_CASE("the table prints sorted by path") {
  CHECK(sample().print().substr(0, 13) == "GET    /_ping");
}
