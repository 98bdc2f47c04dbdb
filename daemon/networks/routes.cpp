#include "daemon/networks/routes.hpp"

#include <algorithm>

#include "api/filters.hpp"
#include "api/json/network.hpp"
#include "daemon/networks/service.hpp"

namespace hexad::networks {
namespace {

api::Network to_api(const NetworkView& v) {
  api::Network n;
  n.name = v.name;
  n.id = v.id;
  n.created = v.created;
  n.scope = v.scope;
  n.driver = v.driver;
  if (!v.subnet.empty()) n.ipam_config.push_back({v.subnet, "", v.gateway, {}});
  for (const auto& [key, value] : v.options) n.options.emplace(key, value);
  for (const auto& [container, e] : v.containers) {
    api::NetworkContainer c;
    c.name = e.container_name;
    c.endpoint_id = e.endpoint_id;
    c.mac_address = e.mac;
    if (!e.ipv4.empty()) c.ipv4_address = e.ipv4 + "/" + std::to_string(e.prefix_len);
    n.containers.emplace(container, std::move(c));
  }
  return n;
}

// All networks here are predefined, so none is "custom".
Result<bool> matches(const api::Filters& f, const NetworkView& v) {
  const auto& types = f.get("type");
  for (const auto& type : types)
    if (type != "builtin" && type != "custom")
      return fail(Code::invalid_argument, "invalid filter: 'type'='{}'", type);
  const bool builtin =
      types.empty() || std::find(types.begin(), types.end(), "builtin") != types.end();
  // Docker: dangling=true are networks that nobody uses and that can be removed.
  const bool dangling = f.has("dangling") && TRY(f.boolean("dangling", false));
  return builtin && !dangling && f.exact("driver", v.driver) && f.prefix("id", v.id) &&
         f.match("name", v.name) && f.exact("scope", v.scope) && f.labels("label", {});
}

Result<http::Response> list(Service& service, const http::Request& request) {
  const auto filters = TRY(api::parse_filters(request.query_value("filters").value_or("")));
  TRY(filters.only({"dangling", "driver", "id", "label", "name", "scope", "type"}));
  std::vector<api::Network> found;
  for (const auto& v : service.list())
    if (TRY(matches(filters, v))) {
      found.push_back(to_api(v));
      found.back().containers.clear();  // only inspect has them
    }
  return http::Response::json(api::encode(found));
}

Result<http::Response> inspect(Service& service, const http::Request& request) {
  auto view = TRY(service.find(request.param("id")));
  const auto scope = request.query_value("scope").value_or("");
  if (!scope.empty() && scope != view.scope)
    return fail(Code::not_found, "network {} not found", request.param("id"));
  return http::Response::json(api::encode(to_api(view)));
}

}  // namespace

std::vector<http::Route> routes(Service* service) {
  const auto bound = [service](auto handler) {
    return [service, handler](const http::Request& request) { return handler(*service, request); };
  };
  return {
      http::unary("GET", "/networks", bound(&list)),
      http::unary("GET", "/networks/{id}", bound(&inspect)),
  };
}

}  // namespace hexad::networks
