#include "daemon/exec/routes.hpp"

#include "api/json/exec.hpp"
#include "libcontainer/base/log.hpp"

namespace hexad::exec {
namespace {

using http::Request;
using http::Response;

Result<Response> create(Service& service, const Request& request) {
  auto body = TRY(api::decode_exec_create(request.body));
  const auto id = TRY(service.create(request.param("id"), std::move(body)));
  return Response::json(api::encode_id(id), 201);
}

Result<Response> inspect(Service& service, const Request& request) {
  return Response::json(api::encode(TRY(service.inspect(request.param("id")))));
}

Result<Response> resize(Service& service, const Request& request) {
  const auto rows = TRY(request.query_int("h")), columns = TRY(request.query_int("w"));
  if (!rows || !columns)
    return fail(Code::invalid_argument, "strconv.Atoi: parsing \"\": invalid syntax");
  TRY(service.resize(request.param("id"), static_cast<std::uint16_t>(*rows),
                     static_cast<std::uint16_t>(*columns)));
  return Response::empty(200);
}

// Detached it is answered like any request; otherwise the connection goes to the process.
Result<http::HijackResult> start(Service& service, const Request& request) {
  api::ExecStart body;
  if (!request.body.empty()) body = TRY(api::decode_exec_start(request.body));
  const std::string id = request.param("id");
  const auto begun = TRY(service.begin(id, body));
  if (body.detach) {
    TRY(service.run(id, UniqueFd(), ""));
    return http::HijackResult(Response::empty(200));
  }
  http::Hijack out;
  if (!begun.tty && request.version >= http::ApiVersion{1, 42})
    out.content_type = "application/vnd.docker.multiplexed-stream";
  const std::shared_ptr<void> hold(nullptr, [&service, id](void*) { service.abandon(id); });
  out.take = [&service, id, hold](UniqueFd connection, std::string pending) {
    if (auto ran = service.run(id, std::move(connection), std::move(pending)); !ran)
      log::debug("exec {}: {}", id.substr(0, 12), ran.error().message);
  };
  return http::HijackResult(std::move(out));
}

}  // namespace

std::vector<http::Route> routes(Service* service) {
  const auto bound = [service](auto handler) {
    return [service, handler](const Request& request) { return handler(*service, request); };
  };
  return {
      http::unary("POST", "/containers/{id}/exec", bound(create)),
      http::hijack("POST", "/exec/{id}/start", bound(start)),
      http::unary("POST", "/exec/{id}/resize", bound(resize)),
      http::unary("GET", "/exec/{id}/json", bound(inspect)),
  };
}

}  // namespace hexad::exec
