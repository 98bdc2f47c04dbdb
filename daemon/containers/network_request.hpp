// From a container's network settings to what the networks feature is asked for, and the files
// that follow from it (/etc/hosts, /etc/resolv.conf). Pure.
#pragma once

#include <string>
#include <vector>

#include "api/types/container.hpp"
#include "daemon/containers/container.hpp"
#include "daemon/networks/service.hpp"

namespace hexad::containers {

struct NetworkPlan {
  enum class Kind : std::uint8_t { bridge, none, host, container };
  Kind kind = Kind::bridge;
  std::string name;  // of the network, or of the container whose namespace is joined
  std::vector<networks::PortRequest> ports;
  std::string mac_address;
};

Result<NetworkPlan> plan_network(const Definition& definition);

// The lines that --add-host adds; `host-gateway` becomes the gateway.
[[nodiscard]] std::string extra_hosts(const api::HostConfig& host, std::string_view gateway);
// --dns, --dns-search and --dns-option replace the host's lines.
[[nodiscard]] std::string with_dns_options(std::string resolv_conf, const api::HostConfig& host);

}  // namespace hexad::containers
