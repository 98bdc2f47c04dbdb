#include "daemon/containers/routes.hpp"

#include "api/filters.hpp"
#include "api/json/container.hpp"
#include "api/signals.hpp"
#include "daemon/containers/detach_keys.hpp"
#include "daemon/containers/streams.hpp"

namespace hexad::containers {
namespace {

using http::Request;
using http::Response;

Result<Response> create(Service& service, const Request& request) {
  auto body = TRY(api::decode_create(request.body));
  const auto platform = request.query_value("platform").value_or("");
  if (!platform.empty() && !platform.starts_with("linux"))
    return fail(
        Code::not_found,
        "image with reference {} was found but does not match the specified platform: wanted {}",
        body.config.image, platform);
  const auto created =
      TRY(service.create(request.query_value("name").value_or(""), std::move(body)));
  return Response::json(api::encode(created), 201);
}

Result<Response> list(Service& service, const Request& request) {
  api::ContainerListQuery query;
  query.all = request.query_bool("all");
  query.size = request.query_bool("size");
  query.limit = TRY(request.query_int("limit")).value_or(0);
  query.filters = TRY(api::parse_filters(request.query_value("filters").value_or("")));
  return Response::json(api::encode(TRY(service.list(query))));
}

Result<Response> inspect(Service& service, const Request& request) {
  if (request.query_bool("size"))
    return fail(Code::not_implemented, "container sizes are not supported by hexad yet");
  const auto container = TRY(service.find(request.param("id")));
  return Response::json(api::encode(service.inspect(*container)));
}

Result<Response> start(Service& service, const Request& request) {
  const auto container = TRY(service.find(request.param("id")));
  TRY(service.start_container(container));
  return Response::empty();
}

Result<Response> kill(Service& service, const Request& request) {
  const auto name = request.query_value("signal").value_or("");
  const int signo = TRY(api::parse_signal(name.empty() ? "SIGKILL" : name));
  const std::string id = request.param("id");
  const auto refused = [&](Error error) {
    return pass(std::move(error), fmt::format("Cannot kill container: {}", id));
  };
  const auto container = service.find(id);
  if (!container) return refused(container.error());
  if (auto sent = service.kill(**container, signo); !sent) return refused(std::move(sent).error());
  return Response::empty();
}

Result<Response> rename(Service& service, const Request& request) {
  const auto container = TRY(service.find(request.param("id")));
  TRY(service.rename(*container, std::string(request.query_value("name").value_or(""))));
  return Response::empty();
}

Result<Response> resize(Service& service, const Request& request) {
  const auto container = TRY(service.find(request.param("id")));
  const auto rows = TRY(request.query_int("h")), columns = TRY(request.query_int("w"));
  if (!rows || !columns)
    return fail(Code::invalid_argument, "strconv.Atoi: parsing \"\": invalid syntax");
  TRY(service.resize(*container, static_cast<std::uint16_t>(*rows),
                     static_cast<std::uint16_t>(*columns)));
  return Response::empty(200);
}

Result<http::HijackResult> attach(Service& service, const Request& request) {
  const auto container = TRY(service.find(request.param("id")));
  const auto definition = container->definition();
  if (request.query_bool("logs"))
    return fail(Code::not_implemented, "attaching with the past log is not supported by hexad yet");
  const bool tty = definition->config.tty;
  shim::Viewer viewer;
  const bool stream = request.query_bool("stream");
  viewer.want_stdin = stream && request.query_bool("stdin") && definition->config.open_stdin;
  viewer.want_stdout = stream && request.query_bool("stdout");
  viewer.want_stderr = stream && request.query_bool("stderr");
  viewer.framed = !tty;
  if (tty)
    viewer.detach_keys = TRY(parse_detach_keys(request.query_value("detachKeys").value_or("")));
  auto hold = TRY(service.begin_attach(container));
  http::Hijack out;
  if (!tty && request.version >= http::ApiVersion{1, 42})
    out.content_type = "application/vnd.docker.multiplexed-stream";
  out.take = [&service, container, viewer, hold = std::move(hold)](UniqueFd connection,
                                                                   std::string pending) {
    auto mine = viewer;
    mine.pending = std::move(pending);
    service.finish_attach(container, std::move(connection), std::move(mine));
  };
  return http::HijackResult(std::move(out));
}

}  // namespace

std::vector<http::Route> routes(Service* service) {
  const auto unary = [service](auto handler) {
    return [service, handler](const Request& request) { return handler(*service, request); };
  };
  const auto coroutine = [service](auto handler) {
    return [service, handler](RequestPtr request) { return handler(*service, std::move(request)); };
  };
  const auto streaming = [service](auto handler) {
    return [service, handler](RequestPtr request, http::Stream& stream) {
      return handler(*service, std::move(request), stream);
    };
  };
  // Jobs for one container run in order; an unknown one is answered from anywhere.
  const http::Lane lane = [service](const Request& request) -> std::shared_ptr<async::Strand> {
    auto container = service->find(request.param("id"));
    return container ? (*container)->lane() : nullptr;
  };
  return {
      http::unary("POST", "/containers/create", unary(create)),
      http::unary("GET", "/containers/json", unary(list)),
      http::unary("GET", "/containers/{id}/json", unary(inspect)),
      http::unary("POST", "/containers/{id}/start", unary(start), lane),
      http::async("POST", "/containers/{id}/stop", coroutine(stop_async)),
      http::async("POST", "/containers/{id}/restart", coroutine(restart_async)),
      http::unary("POST", "/containers/{id}/kill", unary(kill), lane),
      http::stream("POST", "/containers/{id}/wait", streaming(wait_stream)),
      http::hijack("POST", "/containers/{id}/attach", unary(attach)),
      http::unary("POST", "/containers/{id}/resize", unary(resize)),
      http::stream("GET", "/containers/{id}/logs", streaming(logs_stream)),
      http::unary("POST", "/containers/{id}/rename", unary(rename), lane),
      http::async("DELETE", "/containers/{id}", coroutine(remove_async)),
  };
}

}  // namespace hexad::containers
