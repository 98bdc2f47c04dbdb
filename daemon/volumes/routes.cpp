#include "daemon/volumes/routes.hpp"

#include "api/filters.hpp"
#include "api/json/volume.hpp"

namespace hexad::volumes {
namespace {

using http::Request;
using http::Response;

Result<Response> create(Service& volumes, const Request& request) {
  const auto wanted = TRY(api::decode_volume_create(request.body));
  const auto volume = TRY(volumes.create(wanted));
  volumes.settle(volume.name);
  return Response::json(api::encode(volume), 201);
}

Result<Response> list(Service& volumes, const Request& request) {
  const auto filters = TRY(api::parse_filters(request.query_value("filters").value_or("")));
  return Response::json(api::encode_volume_list(TRY(volumes.list(filters))));
}

Result<Response> inspect(Service& volumes, const Request& request) {
  return Response::json(api::encode(TRY(volumes.inspect(request.param("name")))));
}

Result<Response> remove(Service& volumes, const Request& request) {
  TRY(volumes.remove(request.param("name"), request.query_bool("force")));
  return Response::empty();
}

Result<Response> prune(Service& volumes, const Request& request) {
  auto filters = TRY(api::parse_filters(request.query_value("filters").value_or("")));
  // Before API 1.42 a prune took named volumes too.
  if (request.version < http::ApiVersion{1, 42}) filters.values["all"] = {"true"};
  return Response::json(api::encode(TRY(volumes.prune(filters))));
}

}  // namespace

std::vector<http::Route> routes(Service* service) {
  const auto with = [service](Result<Response> (*handler)(Service&, const Request&)) {
    return [service, handler](const Request& request) { return handler(*service, request); };
  };
  return {
      http::unary("POST", "/volumes/create", with(&create)),
      http::unary("GET", "/volumes", with(&list)),
      http::unary("GET", "/volumes/{name}", with(&inspect)),
      http::unary("DELETE", "/volumes/{name}", with(&remove)),
      http::unary("POST", "/volumes/prune", with(&prune)),
  };
}

}  // namespace hexad::volumes
