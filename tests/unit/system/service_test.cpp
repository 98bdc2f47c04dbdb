#include "daemon/system/service.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "api/json/system.hpp"
#include "daemon/system/routes.hpp"

using namespace hexad;
using namespace hexad::system;

namespace {

struct FakeCounts final : CountProvider {
  [[nodiscard]] Counts counts() const override { return {5, 2, 1, 2, 7, 0}; }
};

http::Response call(Service* service, const std::string& method, const std::string& pattern) {
  http::Request request;
  request.method = method;
  for (const auto& route : routes(service)) {
    if (route.method == method && route.pattern == pattern) {
      return *std::get<http::UnaryHandler>(route.handler)(request);
    }
  }
  return {};
}

}  // namespace

TEST_CASE("info has the figures of containers, images and host") {
  Options options;
  options.id = "ID";
  options.data_root = "/";
  options.shim_path = "/usr/bin/hexad-shim";
  const auto service = Service::start(options);
  const FakeCounts counts;
  service->set_counts(&counts);
  const auto info = api::decode_info(call(service.get(), "GET", "/info").body);
  REQUIRE(info);
  CHECK((info->containers == 5 && info->containers_running == 2 && info->images == 7));
  CHECK(info->n_cpu > 0);
  CHECK(info->runtimes.contains(info->default_runtime));
  CHECK((info->cgroup_version == "1" || info->cgroup_version == "2"));
  CHECK(info->security_options.front() == "name=seccomp,profile=builtin");
  CHECK(info->driver_status.front().first == "Backing Filesystem");
}

TEST_CASE("remapped users are told of") {
  Options options;
  options.userns_remap = true;
  const auto all = Service::start(options)->info().security_options;
  CHECK(std::find(all.begin(), all.end(), "name=userns") != all.end());
}

TEST_CASE("version names the API's range") {
  const auto service = Service::start({});
  const auto version = api::decode_version(call(service.get(), "GET", "/version").body);
  REQUIRE(version);
  CHECK(version->api_version == "1.51");
  CHECK(version->min_api_version == "1.24");
  CHECK(version->components.front().name == "Engine");
  CHECK(version->components.front().details.at("ApiVersion") == "1.51");
}

TEST_CASE("ping needs no service and HEAD has no body") {
  CHECK(call(nullptr, "GET", "/_ping").body == "OK");
  const auto head = call(nullptr, "HEAD", "/_ping");
  CHECK(head.body.empty());
  CHECK(head.headers.front() == std::pair<std::string, std::string>{"Builder-Version", "1"});
  CHECK(call(nullptr, "GET", "/plugins").body == "[]");
  http::Request request;
  request.params = {{"name", "x"}};
  for (const auto& route : routes(nullptr)) {
    if (std::string_view(route.pattern) != "/plugins/{name:.*}/json") continue;
    CHECK(std::get<http::UnaryHandler>(route.handler)(request).error().message ==
          "plugin \"x\" not found");
  }
}
