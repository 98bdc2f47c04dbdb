#include "daemon/containers/views.hpp"

#include <algorithm>

#include "api/units.hpp"
#include "daemon/containers/merge.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

std::string network_name(const Snapshot& now) {
  const std::string& mode = now.definition->host.network_mode;
  return mode == "default" ? "bridge" : mode;
}

api::EndpointSettings endpoint_view(const Snapshot& now) {
  api::EndpointSettings out;
  const auto wanted = now.definition->networking.endpoints_config.find(network_name(now));
  if (wanted != now.definition->networking.endpoints_config.end()) out = wanted->second;
  if (!now.endpoint) return out;
  const auto& endpoint = *now.endpoint;
  out.network_id = endpoint.network_id;
  out.endpoint_id = endpoint.endpoint_id;
  out.gateway = endpoint.gateway;
  out.ip_address = endpoint.ipv4;
  out.ip_prefix_len = endpoint.prefix_len;
  out.mac_address = endpoint.mac;
  return out;
}

api::PortMap port_map(const Snapshot& now) {
  api::PortMap out;
  out.present = true;
  if (!is_alive(now.state)) return out;
  for (const auto& port : now.definition->config.exposed_ports) out[port];
  if (!now.endpoint) return out;
  for (const auto& port : now.endpoint->ports) {
    out[fmt::format("{}/{}", port.container_port, port.protocol)].push_back(
        {port.host_ip.empty() ? "0.0.0.0" : port.host_ip, std::to_string(port.host_port)});
  }
  return out;
}

api::NetworkSettings network_view(const Snapshot& now) {
  api::NetworkSettings out;
  out.ports = port_map(now);
  const std::string& mode = now.definition->host.network_mode;
  if (mode.starts_with("container:")) return out;
  const auto endpoint = endpoint_view(now);
  if (is_alive(now.state)) {
    out.sandbox_id = now.id;
    out.sandbox_key = fmt::format("/proc/{}/ns/net", now.run.process.pid);
  }
  if (network_name(now) == "bridge") {
    out.endpoint_id = endpoint.endpoint_id;
    out.gateway = endpoint.gateway;
    out.ip_address = endpoint.ip_address;
    out.ip_prefix_len = endpoint.ip_prefix_len;
    out.mac_address = endpoint.mac_address;
  }
  out.networks.emplace(network_name(now), endpoint);
  return out;
}

api::ContainerState state_view(const Snapshot& now) {
  api::ContainerState out;
  out.status = std::string(api_status(now.state));
  out.running = is_alive(now.state) || now.state == State::restarting;
  out.paused = now.state == State::paused;
  out.restarting = now.state == State::restarting;
  out.dead = now.state == State::dead;
  out.oom_killed = now.run.oom_killed;
  out.pid = is_alive(now.state) ? now.run.process.pid : 0;
  out.exit_code = is_alive(now.state) ? 0 : now.run.exit_code;
  out.error = now.run.error;
  out.started_at = now.run.started_at;
  out.finished_at = is_alive(now.state) ? 0 : now.run.finished_at;
  return out;
}

std::vector<api::MountPoint> mounts_view(const Snapshot& now) {
  std::vector<api::MountPoint> out;
  for (const auto& mount : now.definition->mounts) {
    // Docker leaves out the tmpfs mounts of --tmpfs, which stand in HostConfig.Tmpfs.
    if (mount.point.type == "tmpfs" && now.definition->host.tmpfs.contains(mount.point.destination))
      continue;
    out.push_back(mount.point);
  }
  return out;
}

std::string shown_command(const api::ContainerConfig& config) {
  std::string out;
  for (const auto& word : command_line(config)) {
    if (!out.empty()) out.push_back(' ');
    const bool quoted = word.find(' ') != std::string::npos;
    out.append(quoted ? "'" + word + "'" : word);
  }
  return out;
}

}  // namespace

api::ContainerInspect inspect_view(const Snapshot& now, const Paths& paths) {
  api::ContainerInspect out;
  const auto& definition = *now.definition;
  out.id = now.id;
  out.created = now.created;
  auto command = command_line(definition.config);
  if (!command.empty()) {
    out.path = command.front();
    command.erase(command.begin());
  }
  out.args = std::move(command);
  out.state = state_view(now);
  out.image = definition.image_id;
  const std::string dir = paths.container(now.id);
  if (now.run.started_at != 0) {
    out.resolv_conf_path = dir + "/resolv.conf";
    out.hostname_path = dir + "/hostname";
    out.hosts_path = dir + "/hosts";
    if (definition.host.log_config.type == "json-file") out.log_path = paths.log(now.id);
  }
  out.name = "/" + now.name;
  out.restart_count = now.run.restart_count;
  if (!now.exec_ids.empty()) {
    static_cast<std::vector<std::string>&>(out.exec_ids) = now.exec_ids;
    out.exec_ids.present = true;
  }
  out.host_config = definition.host;
  out.graph_driver.data = std::map<std::string, std::string>{
      {"UpperDir", dir + "/upper"}, {"WorkDir", dir + "/work"}, {"MergedDir", dir + "/merged"}};
  out.mounts = mounts_view(now);
  out.config = definition.config;
  out.network_settings = network_view(now);
  return out;
}

std::string status_text(const Snapshot& now, std::int64_t clock_ns) {
  switch (now.state) {
    case State::created:
    case State::starting: return "Created";
    case State::running: return "Up " + api::human_duration(clock_ns - now.run.started_at);
    case State::paused:
      return "Up " + api::human_duration(clock_ns - now.run.started_at) + " (Paused)";
    case State::restarting:
      return fmt::format("Restarting ({}) {} ago", now.run.exit_code,
                         api::human_duration(clock_ns - now.run.finished_at));
    case State::removing: return "Removal In Progress";
    case State::dead: return "Dead";
    case State::exited:
      if (now.run.finished_at == 0) return "Created";
      return fmt::format("Exited ({}) {} ago", now.run.exit_code,
                         api::human_duration(clock_ns - now.run.finished_at));
  }
  return "";
}

api::ContainerSummary summary_view(const Snapshot& now, std::int64_t clock_ns) {
  api::ContainerSummary out;
  const auto& definition = *now.definition;
  out.id = now.id;
  out.names = {"/" + now.name};
  out.image = definition.image_ref;
  out.image_id = definition.image_id;
  out.command = shown_command(definition.config);
  out.created = now.created;
  if (is_alive(now.state)) {
    for (const auto& [key, bindings] : port_map(now)) {
      const auto [number, protocol] = split_once(key, '/');
      api::PortSummary port;
      port.private_port = static_cast<std::uint16_t>(parse_uint(number).value_or(0));
      port.type = std::string(protocol.value_or("tcp"));
      if (bindings.empty()) out.ports.push_back(port);
      for (const auto& binding : bindings) {
        port.ip = binding.host_ip;
        port.public_port = static_cast<std::uint16_t>(parse_uint(binding.host_port).value_or(0));
        out.ports.push_back(port);
      }
    }
  }
  out.labels = definition.config.labels;
  out.state = std::string(api_status(now.state));
  out.status = status_text(now, clock_ns);
  out.network_mode = definition.host.network_mode;
  if (!definition.host.network_mode.starts_with("container:"))
    out.networks.emplace(network_name(now), endpoint_view(now));
  out.mounts = mounts_view(now);
  return out;
}

}  // namespace hexad::containers
