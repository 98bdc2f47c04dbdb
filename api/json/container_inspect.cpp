#include "api/json/container.hpp"
#include "api/json/parts.hpp"

namespace hexad::api {
namespace json {
static void write(Writer& w, const Health& health) {
  w.open();
  w.field("Status", health.status);
  w.field("FailingStreak", health.failing_streak);
  w.key("Log");
  w.open_array();
  for (const auto& entry : health.log) {
    w.open();
    w.time("Start", entry.start);
    w.time("End", entry.end);
    w.field("ExitCode", entry.exit_code);
    w.field("Output", entry.output);
    w.close();
  }
  w.close_array();
  w.close();
}

static void write(Writer& w, const ContainerState& s) {
  w.open();
  w.field("Status", s.status);
  w.field("Running", s.running);
  w.field("Paused", s.paused);
  w.field("Restarting", s.restarting);
  w.field("OOMKilled", s.oom_killed);
  w.field("Dead", s.dead);
  w.field("Pid", s.pid);
  w.field("ExitCode", s.exit_code);
  w.field("Error", s.error);
  w.time("StartedAt", s.started_at);
  w.time("FinishedAt", s.finished_at);
  if (s.health) {
    w.key("Health");
    write(w, *s.health);
  }
  w.close();
}

static void read(const Reader& r, ContainerState& s) {
  r.get("Status", s.status);
  r.get("Running", s.running);
  r.get("Paused", s.paused);
  r.get("Restarting", s.restarting);
  r.get("OOMKilled", s.oom_killed);
  r.get("Dead", s.dead);
  r.get("Pid", s.pid);
  r.get("ExitCode", s.exit_code);
  r.get("Error", s.error);
  r.get_time("StartedAt", s.started_at);
  r.get_time("FinishedAt", s.finished_at);
  r.maybe("Health", s.health, [](const Reader& one, Health& health) {
    one.get("Status", health.status);
    one.get("FailingStreak", health.failing_streak);
    one.list("Log", health.log, [](const Reader& entry, HealthLog& out) {
      entry.get_time("Start", out.start);
      entry.get_time("End", out.end);
      entry.get("ExitCode", out.exit_code);
      entry.get("Output", out.output);
    });
  });
}

static void write(Writer& w, const NetworkSettings& n) {
  w.open();
  w.field("Bridge", n.bridge);
  w.field("SandboxID", n.sandbox_id);
  w.field("SandboxKey", n.sandbox_key);
  w.key("Ports");
  PortMap ports = n.ports;
  ports.present = true;  // never null
  json::write(w, ports);
  w.field("HairpinMode", n.hairpin_mode);
  w.field("LinkLocalIPv6Address", n.link_local_ipv6_address);
  w.field("LinkLocalIPv6PrefixLen", n.link_local_ipv6_prefix_len);
  w.key("SecondaryIPAddresses");
  w.null();
  w.key("SecondaryIPv6Addresses");
  w.null();
  w.field("EndpointID", n.endpoint_id);
  w.field("Gateway", n.gateway);
  w.field("GlobalIPv6Address", n.global_ipv6_address);
  w.field("GlobalIPv6PrefixLen", n.global_ipv6_prefix_len);
  w.field("IPAddress", n.ip_address);
  w.field("IPPrefixLen", n.ip_prefix_len);
  w.field("IPv6Gateway", n.ipv6_gateway);
  w.field("MacAddress", n.mac_address);
  w.key("Networks");
  write_endpoints(w, n.networks);
  w.close();
}

static void read(const Reader& r, NetworkSettings& n) {
  r.get("Bridge", n.bridge);
  r.get("SandboxID", n.sandbox_id);
  r.get("SandboxKey", n.sandbox_key);
  read_ports(r, "Ports", n.ports);
  r.get("HairpinMode", n.hairpin_mode);
  r.get("LinkLocalIPv6Address", n.link_local_ipv6_address);
  r.get("LinkLocalIPv6PrefixLen", n.link_local_ipv6_prefix_len);
  r.get("EndpointID", n.endpoint_id);
  r.get("Gateway", n.gateway);
  r.get("GlobalIPv6Address", n.global_ipv6_address);
  r.get("GlobalIPv6PrefixLen", n.global_ipv6_prefix_len);
  r.get("IPAddress", n.ip_address);
  r.get("IPPrefixLen", n.ip_prefix_len);
  r.get("IPv6Gateway", n.ipv6_gateway);
  r.get("MacAddress", n.mac_address);
  r.map("Networks", n.networks, [](const Reader& one, EndpointSettings& e) { json::read(one, e); });
}

static void write_paths(Writer& w, const ContainerInspect& c) {
  w.field("ResolvConfPath", c.resolv_conf_path);
  w.field("HostnamePath", c.hostname_path);
  w.field("HostsPath", c.hosts_path);
  w.field("LogPath", c.log_path);
  w.field("Name", c.name);
  w.field("RestartCount", c.restart_count);
  w.field("Driver", c.driver);
  w.field("Platform", c.platform);
  w.field("MountLabel", c.mount_label);
  w.field("ProcessLabel", c.process_label);
  w.field("AppArmorProfile", c.app_armor_profile);
  w.field("ExecIDs", c.exec_ids);
}

static void read(const Reader& r, ContainerInspect& c) {
  r.get("Id", c.id);
  r.get_time("Created", c.created);
  r.get("Path", c.path);
  r.get("Args", c.args);
  read(r.child("State"), c.state);
  r.get("Image", c.image);
  r.get("ResolvConfPath", c.resolv_conf_path);
  r.get("HostnamePath", c.hostname_path);
  r.get("HostsPath", c.hosts_path);
  r.get("LogPath", c.log_path);
  r.get("Name", c.name);
  r.get("RestartCount", c.restart_count);
  r.get("Driver", c.driver);
  r.get("Platform", c.platform);
  r.get("MountLabel", c.mount_label);
  r.get("ProcessLabel", c.process_label);
  r.get("AppArmorProfile", c.app_armor_profile);
  r.get("ExecIDs", c.exec_ids);
  json::read(r.child("HostConfig"), c.host_config);
  json::read(r.child("GraphDriver"), c.graph_driver);
  r.get("SizeRw", c.size_rw);
  r.get("SizeRootFs", c.size_root_fs);
  r.list("Mounts", c.mounts, [](const Reader& one, MountPoint& m) { json::read(one, m); });
  json::read(r.child("Config"), c.config);
  read(r.child("NetworkSettings"), c.network_settings);
}

}  // namespace json

std::string encode(const ContainerInspect& c) {
  json::Writer w;
  w.open();
  w.field("Id", c.id);
  w.time("Created", c.created);
  w.field("Path", c.path);
  w.field("Args", c.args);
  w.key("State");
  json::write(w, c.state);
  w.field("Image", c.image);
  json::write_paths(w, c);
  w.key("HostConfig");
  json::write(w, c.host_config);
  w.key("GraphDriver");
  json::write(w, c.graph_driver);
  if (c.size_rw) w.field("SizeRw", *c.size_rw);
  if (c.size_root_fs) w.field("SizeRootFs", *c.size_root_fs);
  w.key("Mounts");
  w.open_array();
  for (const auto& mount : c.mounts) json::write(w, mount);
  w.close_array();
  w.key("Config");
  w.open();
  json::write_members(w, c.config);
  w.close();
  w.key("NetworkSettings");
  json::write(w, c.network_settings);
  w.close();
  return w.take();
}

Result<ContainerInspect> decode_container_inspect(std::string_view text) {
  return json::decode_object<ContainerInspect>(
      text, [](const json::Reader& r, ContainerInspect& c) { json::read(r, c); });
}

}  // namespace hexad::api
