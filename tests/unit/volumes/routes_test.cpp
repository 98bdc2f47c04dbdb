#include "daemon/volumes/routes.hpp"

#include "api/json/volume.hpp"
#include "tests/unit/volumes/world.hpp"

using namespace hexad;
using volumes::test::World;

namespace {

Result<http::Response> call(World& world, const std::string& method, const std::string& pattern,
                            http::Request request) {
  for (const auto& route : volumes::routes(world.service.get())) {
    if (route.method == method && route.pattern == pattern) {
      return std::get<http::UnaryHandler>(route.handler)(request);
    }
  }
  return fail(Code::not_found, "no route");
}

}  // namespace

TEST_CASE("the table can be printed without a service") {
  CHECK(volumes::routes(nullptr).size() == 5);
}

TEST_CASE("volume routes answer as Docker does") {
  World world;
  http::Request request;
  request.body = R"({"Name":"data","Labels":{"a":"b"}})";
  auto response = call(world, "POST", "/volumes/create", request);
  REQUIRE(response);
  CHECK(response->status == 201);
  CHECK(api::decode_volume(response->body)->name == "data");

  request.params = {{"name", "data"}};
  CHECK(call(world, "GET", "/volumes/{name}", request)->body == response->body);
  CHECK(api::decode_volume_list(call(world, "GET", "/volumes", request)->body)->size() == 1);
  CHECK(call(world, "DELETE", "/volumes/{name}", request)->status == 204);
  CHECK(call(world, "DELETE", "/volumes/{name}", request).error().code == Code::not_found);
  request.query = {{"force", "1"}};
  CHECK(call(world, "DELETE", "/volumes/{name}", request)->status == 204);

  request.body = R"({"Name":5})";
  CHECK(call(world, "POST", "/volumes/create", request).error().code == Code::invalid_argument);
  request.query = {{"filters", "x=1"}};
  CHECK(call(world, "GET", "/volumes", request).error().code == Code::invalid_argument);
}

TEST_CASE("before API 1.42 a prune takes named volumes too") {
  World world;
  world.create("data");
  http::Request request;
  CHECK(api::decode_volume_prune(call(world, "POST", "/volumes/prune", request)->body)
            ->volumes_deleted.empty());
  request.version = {1, 41};
  CHECK(api::decode_volume_prune(call(world, "POST", "/volumes/prune", request)->body)
            ->volumes_deleted.size() == 1);
}
