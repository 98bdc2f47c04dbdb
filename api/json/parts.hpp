// The pieces that several documents share; private to api/json.
#pragma once

#include "api/json/reader.hpp"
#include "api/json/writer.hpp"
#include "api/types/container.hpp"
#include "api/types/image.hpp"

namespace hexad::api::json {

void write(Writer& w, const Healthcheck& check);
void read(const Reader& r, Healthcheck& check);
void write(Writer& w, const GraphDriver& driver);
void read(const Reader& r, GraphDriver& driver);

void write(Writer& w, const EndpointSettings& endpoint);
void read(const Reader& r, EndpointSettings& endpoint);
void write_endpoints(Writer& w, const std::map<std::string, EndpointSettings>& endpoints);

void write(Writer& w, const PortMap& ports);
void read_ports(const Reader& r, std::string_view key, PortMap& ports);
// "8080" is written as "8080/tcp"; the protocol in lower case.
std::string with_protocol(std::string_view port);
// {"8080/tcp":{}}
void read_port_set(const Reader& r, std::string_view key, StringSet& out);

void write(Writer& w, const MountPoint& mount);
void read(const Reader& r, MountPoint& mount);

// The members of the object, without its braces.
void write_members(Writer& w, const ContainerConfig& config);
void read(const Reader& r, ContainerConfig& config);
void write(Writer& w, const HostConfig& config);
void read(const Reader& r, HostConfig& config);

void write(Writer& w, const ImageConfig& config);
void read(const Reader& r, ImageConfig& config);

// Whole seconds as nanoseconds, cut where they do not fit.
std::int64_t from_seconds(std::int64_t seconds);
// "2006-01-02T15:04:05Z": whole seconds.
std::string format_seconds(std::int64_t ns);

// Parses, fills a T by fill(Reader, T&) and reports the first problem.
template <class T, class Fill>
Result<T> decode_object(std::string_view text, Fill fill) {
  auto value = TRY(parse(text));
  Problem problem;
  T out{};
  fill(Reader(&value, problem, ""), out);
  TRY(problem.result());
  return out;
}

// The same for a list of objects.
template <class T, class Fill>
Result<std::vector<T>> decode_list(std::string_view text, Fill fill) {
  auto value = TRY(parse(text));
  Problem problem;
  std::vector<T> out;
  if (const auto* items = value.array()) {
    out.reserve(items->size());
    for (const auto& item : *items) fill(Reader(&item, problem, ""), out.emplace_back());
  } else if (!value.is_null()) {
    problem.wrong_type(value, "list", "array");
  }
  TRY(problem.result());
  return out;
}

}  // namespace hexad::api::json
