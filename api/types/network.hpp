// Networks as list and inspect show them, and a container's endpoint on one. Plain data.
#pragma once

#include "api/filters.hpp"
#include "api/types/common.hpp"

namespace hexad::api {

struct EndpointIpam {
  std::string ipv4_address, ipv6_address;
  Strings link_local_ips;
};

// What the client asks for (IPAMConfig ... GwPriority), then what it got.
struct EndpointSettings {
  std::optional<EndpointIpam> ipam_config;
  Strings links, aliases;
  std::string mac_address;
  StringMap driver_opts;
  int gw_priority = 0;

  std::string network_id, endpoint_id;
  std::string gateway, ip_address;
  int ip_prefix_len = 0;
  std::string ipv6_gateway, global_ipv6_address;
  int global_ipv6_prefix_len = 0;
  Strings dns_names;
};

struct NetworkingConfig {
  Nullable<std::map<std::string, EndpointSettings>> endpoints_config;
};

struct IpamPool {
  std::string subnet, ip_range, gateway;
  StringMap auxiliary_addresses;
};

struct NetworkContainer {
  std::string name, endpoint_id, mac_address;
  std::string ipv4_address, ipv6_address;  // with "/16"
};

struct Network {
  std::string name, id;
  std::int64_t created = 0;  // ns
  std::string scope = "local", driver;
  bool enable_ipv4 = true, enable_ipv6 = false;
  std::string ipam_driver = "default";
  StringMap ipam_options;
  std::vector<IpamPool> ipam_config;
  bool internal = false, attachable = false, ingress = false, config_only = false;
  std::map<std::string, NetworkContainer> containers;  // by container id; inspect only
  StringMap options, labels;
};

}  // namespace hexad::api
