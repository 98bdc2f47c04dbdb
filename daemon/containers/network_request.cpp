#include "daemon/containers/network_request.hpp"

#include <algorithm>

#include "api/ports.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

Result<networks::PortRequest> to_request(const std::string& key, const api::PortBinding& binding) {
  const auto published = TRY(api::parse_binding(key, binding));
  networks::PortRequest out;
  out.protocol = published.container.protocol;
  out.container_port = published.container.number;
  out.host_ip = published.host_ip;
  out.host_port = published.host.first;
  out.host_port_end =
      published.host.last > published.host.first ? published.host.last : std::uint16_t{0};
  return out;
}

}  // namespace

Result<NetworkPlan> plan_network(const Definition& definition) {
  NetworkPlan out;
  const auto& endpoints = definition.networking.endpoints_config;
  if (endpoints.size() > 1) {
    std::vector<std::string> names;
    for (const auto& [name, endpoint] : endpoints) names.push_back(name);
    return fail(Code::invalid_argument, "Container cannot be connected to network endpoints: {}",
                join(names, ", "));
  }
  const auto& host = definition.host;
  const std::string& mode = host.network_mode;
  if (mode == "none" || definition.config.network_disabled) {
    out.kind = NetworkPlan::Kind::none;
    out.name = "none";
    return out;
  }
  if (mode == "host") {
    out.kind = NetworkPlan::Kind::host;
    out.name = "host";
    return out;
  }
  if (mode.starts_with("container:")) {
    out.kind = NetworkPlan::Kind::container;
    out.name = mode.substr(10);
    return out;
  }
  out.name = mode == "default" ? "bridge" : mode;
  out.mac_address = definition.config.mac_address;
  for (const auto& [name, endpoint] : definition.networking.endpoints_config)
    if (!endpoint.mac_address.empty()) out.mac_address = endpoint.mac_address;
  for (const auto& [key, bindings] : host.port_bindings)
    for (const auto& binding : bindings) out.ports.push_back(TRY(to_request(key, binding)));
  if (!host.publish_all_ports) return out;
  for (const auto& key : definition.config.exposed_ports) {
    const auto given = host.port_bindings.find(key);
    if (given == host.port_bindings.end() || given->second.empty())
      out.ports.push_back(TRY(to_request(key, {})));
  }
  return out;
}

std::string extra_hosts(const api::HostConfig& host, std::string_view gateway) {
  std::string out;
  for (const std::string& entry : host.extra_hosts) {
    const auto [name, address] = split_once(entry, ':');
    if (!address) continue;
    out.append(*address == "host-gateway" ? gateway : *address)
        .append("\t")
        .append(name)
        .append("\n");
  }
  return out;
}

std::string with_dns_options(std::string resolv_conf, const api::HostConfig& host) {
  const auto without = [&resolv_conf](std::string_view keyword) {
    std::string kept;
    for (const auto line : split(resolv_conf, '\n'))
      if (!line.empty() && !line.starts_with(keyword)) kept.append(line).append("\n");
    resolv_conf = std::move(kept);
  };
  if (!host.dns.empty()) {
    without("nameserver");
    for (const auto& server : host.dns)
      resolv_conf.append("nameserver ").append(server).append("\n");
  }
  if (!host.dns_search.empty()) {
    without("search");
    if (!(host.dns_search.size() == 1 && host.dns_search.front() == "."))
      resolv_conf.append("search ").append(join(host.dns_search, " ")).append("\n");
  }
  if (!host.dns_options.empty()) {
    without("options");
    resolv_conf.append("options ").append(join(host.dns_options, " ")).append("\n");
  }
  return resolv_conf;
}

}  // namespace hexad::containers
