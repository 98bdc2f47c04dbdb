#include "daemon/system/routes.hpp"

#include "api/json/system.hpp"

namespace hexad::system {
namespace {

using http::Request;
using http::Response;

// Api-Version, Docker-Experimental, Ostype and Server are on every answer.
Result<Response> ping(const Request& request) {
  auto response = Response::text(request.method == "HEAD" ? "" : "OK");
  response.headers = {{"Builder-Version", "1"},  // 2 would send builds to BuildKit's sessions
                      {"Swarm", "inactive"},
                      {"Cache-Control", "no-cache, no-store, must-revalidate"},
                      {"Pragma", "no-cache"}};
  return response;
}

}  // namespace

std::vector<http::Route> routes(Service* service) {
  return {
      http::instant("GET", "/_ping", &ping),
      http::instant("HEAD", "/_ping", &ping),
      http::unary("GET", "/version",
                  [service](const Request&) -> Result<Response> {
                    return Response::json(api::encode(service->version()));
                  }),
      http::unary("GET", "/info",
                  [service](const Request&) -> Result<Response> {
                    return Response::json(api::encode(service->info()));
                  }),
      http::unary("GET", "/plugins",
                  [](const Request&) -> Result<Response> { return Response::json("[]"); }),
      // There are none; `docker inspect NAME` asks here last.
      http::unary("GET", "/plugins/{name:.*}/json",
                  [](const Request& request) -> Result<Response> {
                    return fail(Code::not_found, "plugin \"{}\" not found", request.param("name"));
                  }),
  };
}

}  // namespace hexad::system
