#include "api/json/container.hpp"

#include "api/json/parts.hpp"

namespace hexad::api {
namespace json {
static void read(const Reader& r, NetworkingConfig& n) {
  r.map("EndpointsConfig", n.endpoints_config,
        [](const Reader& one, EndpointSettings& e) { json::read(one, e); });
}

static void write(Writer& w, const NetworkingConfig& n) {
  w.open();
  w.key("EndpointsConfig");
  if (n.endpoints_config.empty() && !n.endpoints_config.present) {
    w.null();
  } else {
    write_endpoints(w, n.endpoints_config);
  }
  w.close();
}

static void write(Writer& w, const PortSummary& p) {
  w.open();
  w.omit("IP", p.ip);
  w.field("PrivatePort", p.private_port);
  w.omit("PublicPort", p.public_port);
  w.field("Type", p.type);
  w.close();
}

static void write(Writer& w, const ContainerSummary& c) {
  w.open();
  w.field("Id", c.id);
  w.field("Names", c.names);
  w.field("Image", c.image);
  w.field("ImageID", c.image_id);
  w.field("Command", c.command);
  w.field("Created", c.created / 1'000'000'000);
  w.key("Ports");
  w.open_array();
  for (const auto& port : c.ports) write(w, port);
  w.close_array();
  if (c.size_rw) w.omit("SizeRw", *c.size_rw);
  if (c.size_root_fs) w.omit("SizeRootFs", *c.size_root_fs);
  w.field("Labels", static_cast<const std::map<std::string, std::string>&>(c.labels));
  w.field("State", c.state);
  w.field("Status", c.status);
  w.key("HostConfig");
  w.open();
  w.omit("NetworkMode", c.network_mode);
  w.close();
  w.key("NetworkSettings");
  w.open();
  w.key("Networks");
  write_endpoints(w, c.networks);
  w.close();
  w.key("Mounts");
  w.open_array();
  for (const auto& mount : c.mounts) json::write(w, mount);
  w.close_array();
  w.close();
}

static void read(const Reader& r, ContainerSummary& c) {
  r.get("Id", c.id);
  r.get("Names", c.names);
  r.get("Image", c.image);
  r.get("ImageID", c.image_id);
  r.get("Command", c.command);
  r.get("Created", c.created);
  c.created = from_seconds(c.created);
  r.list("Ports", c.ports, [](const Reader& one, PortSummary& p) {
    one.get("IP", p.ip);
    one.get("PrivatePort", p.private_port);
    one.get("PublicPort", p.public_port);
    one.get("Type", p.type);
  });
  r.get("SizeRw", c.size_rw);
  r.get("SizeRootFs", c.size_root_fs);
  r.get("Labels", c.labels);
  r.get("State", c.state);
  r.get("Status", c.status);
  r.child("HostConfig").get("NetworkMode", c.network_mode);
  r.child("NetworkSettings")
      .map("Networks", c.networks,
           [](const Reader& one, EndpointSettings& e) { json::read(one, e); });
  r.list("Mounts", c.mounts, [](const Reader& one, MountPoint& m) { json::read(one, m); });
}

}  // namespace json

Result<CreateRequest> decode_create(std::string_view text) {
  auto value = TRY(json::parse(text));
  if (value.is_null()) {
    return fail(Code::invalid_argument, "config cannot be empty in order to create a container");
  }
  json::Problem problem;
  const json::Reader r(&value, problem, "");
  CreateRequest request;
  json::read(r, request.config);
  json::read(r.child("HostConfig"), request.host_config);
  json::read(r.child("NetworkingConfig"), request.networking_config);
  TRY(problem.result());
  return request;
}

std::string encode(const CreateRequest& request) {
  json::Writer w;
  w.open();
  json::write_members(w, request.config);
  w.key("HostConfig");
  json::write(w, request.host_config);
  w.key("NetworkingConfig");
  json::write(w, request.networking_config);
  w.close();
  return w.take();
}

std::string encode(const CreateResponse& response) {
  json::Writer w;
  w.open();
  w.field("Id", response.id);
  w.field("Warnings", response.warnings);
  w.close();
  return w.take();
}

Result<CreateResponse> decode_create_response(std::string_view text) {
  return json::decode_object<CreateResponse>(text, [](const json::Reader& r, CreateResponse& out) {
    r.get("Id", out.id);
    r.get("Warnings", out.warnings);
  });
}

std::string encode(const std::vector<ContainerSummary>& list) {
  json::Writer w;
  w.open_array();
  for (const auto& c : list) json::write(w, c);
  w.close_array();
  return w.take();
}

Result<std::vector<ContainerSummary>> decode_container_list(std::string_view text) {
  return json::decode_list<ContainerSummary>(
      text, [](const json::Reader& r, ContainerSummary& c) { json::read(r, c); });
}

std::string encode(const WaitResponse& response) {
  json::Writer w;
  w.open();
  w.key("Error");
  if (response.error) {
    w.open();
    w.field("Message", *response.error);
    w.close();
  } else {
    w.null();
  }
  w.field("StatusCode", response.status_code);
  w.close();
  return w.take();
}

Result<WaitResponse> decode_wait_response(std::string_view text) {
  return json::decode_object<WaitResponse>(text, [](const json::Reader& r, WaitResponse& out) {
    r.get("StatusCode", out.status_code);
    r.maybe("Error", out.error,
            [](const json::Reader& e, std::string& message) { e.get("Message", message); });
  });
}

std::string encode_networking_config(const NetworkingConfig& config) {
  json::Writer w;
  json::write(w, config);
  return w.take();
}

Result<NetworkingConfig> decode_networking_config(std::string_view text) {
  return json::decode_object<NetworkingConfig>(
      text, [](const json::Reader& r, NetworkingConfig& n) { json::read(r, n); });
}

std::string encode_mount_points(const std::vector<MountPoint>& mounts) {
  json::Writer w;
  w.open_array();
  for (const auto& mount : mounts) json::write(w, mount);
  w.close_array();
  return w.take();
}

Result<std::vector<MountPoint>> decode_mount_points(std::string_view text) {
  return json::decode_list<MountPoint>(
      text, [](const json::Reader& r, MountPoint& m) { json::read(r, m); });
}

}  // namespace hexad::api
