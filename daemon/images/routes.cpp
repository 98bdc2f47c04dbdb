#include "daemon/images/routes.hpp"

#include "api/filters.hpp"
#include "api/json/image.hpp"
#include "api/json/value.hpp"
#include "daemon/images/names.hpp"
#include "daemon/images/progress.hpp"

namespace hexad::images {

namespace {

using api::json::Value;
using http::BodyReader;
using http::BodyWriter;
using http::Request;
using http::Response;

std::string query_text(const Request& request, std::string_view name) {
  return std::string(request.query_value(name).value_or(""));
}

std::vector<std::string> query_all(const Request& request, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : request.query) {
    if (key == name) values.push_back(value);
  }
  return values;
}

// Each line goes out at once, ended as Docker ends it.
Progress lines_to(BodyWriter& out) {
  return [&out](std::string_view line) { return out.write(std::string(line) + "\r\n"); };
}

Result<Response> list(Service& service, const Request& request) {
  api::ImageListQuery query;
  query.all = request.query_bool("all");
  query.digests = request.query_bool("digests");
  query.shared_size = request.query_bool("shared-size");
  query.filters = TRY(api::parse_filters(query_text(request, "filters")));
  // Before 1.25 the name came in a parameter of its own.
  if (const auto name = request.query_value("filter");
      name && !name->empty() && request.version < http::ApiVersion{1, 41})
    query.filters.values["reference"].emplace_back(*name);
  auto images = TRY(service.list(query));
  if (request.version < http::ApiVersion{1, 43}) {
    for (auto& image : images) {
      if (!image.repo_tags.empty()) continue;
      image.repo_tags = {"<none>:<none>"};
      image.repo_digests = {"<none>@<none>"};
    }
  }
  return Response::json(api::encode(images));
}

Result<Response> inspect(Service& service, const Request& request) {
  return Response::json(api::encode(TRY(service.inspect(request.param("name")))));
}

Result<Response> history(Service& service, const Request& request) {
  Value::Array list;
  for (auto& item : TRY(service.history(request.param("name")))) {
    Value::Array tags;
    for (auto& tag : item.tags) tags.emplace_back(std::move(tag));
    Value::Object o;
    o.emplace_back("Comment", Value(std::move(item.comment)));
    o.emplace_back("Created", Value(item.created / 1'000'000'000));
    o.emplace_back("CreatedBy", Value(std::move(item.created_by)));
    o.emplace_back("Id", Value(std::move(item.id)));
    o.emplace_back("Size", Value(item.size));
    o.emplace_back("Tags", tags.empty() ? Value() : Value(std::move(tags)));
    list.emplace_back(std::move(o));
  }
  return Response::json(api::json::dump(Value(std::move(list))));
}

Result<Response> tag(Service& service, const Request& request) {
  TRY(service.tag(request.param("name"), query_text(request, "repo"), query_text(request, "tag")));
  return Response::empty(201);
}

Result<Response> remove(Service& service, const Request& request) {
  return Response::json(api::encode(TRY(service.remove(
      request.param("name"), request.query_bool("force"), request.query_bool("noprune")))));
}

Result<Response> prune(Service& service, const Request& request) {
  const auto pruned = TRY(service.prune(TRY(api::parse_filters(query_text(request, "filters")))));
  Value::Object o;
  o.emplace_back("ImagesDeleted",
                 pruned.items.empty() ? Value() : TRY(api::json::parse(api::encode(pruned.items))));
  o.emplace_back("SpaceReclaimed", Value(pruned.reclaimed));
  return Response::json(api::json::dump(Value(std::move(o))));
}

// Docker has answered 200 before it reads, so that a broken archive is a line of the answer.
Result<> load(Service& service, const Request& request, BodyReader& in, BodyWriter& out) {
  out.content_type("application/json");
  const auto source = [&in](char* into, std::size_t size) { return in.read(into, size); };
  const auto done = service.load(source, request.query_bool("quiet", true), lines_to(out));
  if (done) return {};
  return lines_to(out)(error_line(done.error().message));
}

Result<> create(Service& service, const Request& request, BodyReader& in, BodyWriter& out) {
  const auto image = query_text(request, "fromImage"), from = query_text(request, "fromSrc");
  if (!image.empty()) {
    const auto name = parse_tag_name(image, query_text(request, "tag"));
    return fail(Code::not_implemented,
                "pulling images from a registry is not implemented yet: cannot pull {}; load or "
                "import it instead",
                name ? name->text() : image);
  }
  if (from.empty())
    return fail(Code::invalid_argument, "one of fromImage and fromSrc must be given");
  if (from != "-")
    return fail(Code::not_implemented, "importing an image from a URL is not implemented yet");
  ImportOptions options;
  options.repository = query_text(request, "repo");
  options.tag = query_text(request, "tag");
  options.message = query_text(request, "message");
  options.changes = query_all(request, "changes");
  options.platform = query_text(request, "platform");
  const auto source = [&in](char* into, std::size_t size) { return in.read(into, size); };
  const auto id = TRY(service.import(source, options));
  out.content_type("application/json");
  return lines_to(out)(status_line(id));
}

Result<> save(Service& service, std::vector<std::string> names, BodyWriter& out) {
  out.content_type("application/x-tar");
  return service.save(names, [&out](std::string_view bytes) { return out.write(bytes); });
}

}  // namespace

std::vector<http::Route> routes(Service* s) {
  using http::download;
  using http::unary;
  using http::upload;
  return {
      unary("GET", "/images/json", [s](const Request& r) { return list(*s, r); }),
      upload("POST", "/images/create",
             [s](const Request& r, BodyReader& in, BodyWriter& out) {
               return create(*s, r, in, out);
             }),
      upload(
          "POST", "/images/load",
          [s](const Request& r, BodyReader& in, BodyWriter& out) { return load(*s, r, in, out); }),
      unary("POST", "/images/prune", [s](const Request& r) { return prune(*s, r); }),
      download(
          "GET", "/images/get",
          [s](const Request& r, BodyWriter& out) { return save(*s, query_all(r, "names"), out); }),
      download("GET", "/images/{name:.*}/get",
               [s](const Request& r, BodyWriter& out) { return save(*s, {r.param("name")}, out); }),
      unary("GET", "/images/{name:.*}/json", [s](const Request& r) { return inspect(*s, r); }),
      unary("GET", "/images/{name:.*}/history", [s](const Request& r) { return history(*s, r); }),
      unary("POST", "/images/{name:.*}/tag", [s](const Request& r) { return tag(*s, r); }),
      unary("DELETE", "/images/{name:.*}", [s](const Request& r) { return remove(*s, r); }),
  };
}

}  // namespace hexad::images
