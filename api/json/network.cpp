#include "api/json/network.hpp"

#include "api/json/parts.hpp"

namespace hexad::api {
namespace json {

void write(Writer& w, const EndpointSettings& e) {
  w.open();
  w.key("IPAMConfig");
  if (e.ipam_config) {
    w.open();
    w.omit("IPv4Address", e.ipam_config->ipv4_address);
    w.omit("IPv6Address", e.ipam_config->ipv6_address);
    w.omit("LinkLocalIPs", e.ipam_config->link_local_ips);
    w.close();
  } else {
    w.null();
  }
  w.field("Links", e.links);
  w.field("Aliases", e.aliases);
  w.field("MacAddress", e.mac_address);
  w.field("DriverOpts", e.driver_opts);
  w.field("GwPriority", e.gw_priority);
  w.field("NetworkID", e.network_id);
  w.field("EndpointID", e.endpoint_id);
  w.field("Gateway", e.gateway);
  w.field("IPAddress", e.ip_address);
  w.field("IPPrefixLen", e.ip_prefix_len);
  w.field("IPv6Gateway", e.ipv6_gateway);
  w.field("GlobalIPv6Address", e.global_ipv6_address);
  w.field("GlobalIPv6PrefixLen", e.global_ipv6_prefix_len);
  w.field("DNSNames", e.dns_names);
  w.close();
}

void read(const Reader& r, EndpointSettings& e) {
  r.maybe("IPAMConfig", e.ipam_config, [](const Reader& ipam, EndpointIpam& out) {
    ipam.get("IPv4Address", out.ipv4_address);
    ipam.get("IPv6Address", out.ipv6_address);
    ipam.get("LinkLocalIPs", out.link_local_ips);
  });
  r.get("Links", e.links);
  r.get("Aliases", e.aliases);
  r.get("MacAddress", e.mac_address);
  r.get("DriverOpts", e.driver_opts);
  r.get("GwPriority", e.gw_priority);
  r.get("NetworkID", e.network_id);
  r.get("EndpointID", e.endpoint_id);
  r.get("Gateway", e.gateway);
  r.get("IPAddress", e.ip_address);
  r.get("IPPrefixLen", e.ip_prefix_len);
  r.get("IPv6Gateway", e.ipv6_gateway);
  r.get("GlobalIPv6Address", e.global_ipv6_address);
  r.get("GlobalIPv6PrefixLen", e.global_ipv6_prefix_len);
  r.get("DNSNames", e.dns_names);
}

void write_endpoints(Writer& w, const std::map<std::string, EndpointSettings>& endpoints) {
  w.open();
  for (const auto& [name, endpoint] : endpoints) {
    w.key(name);
    write(w, endpoint);
  }
  w.close();
}

static void write_ipam(Writer& w, const Network& n) {
  w.key("IPAM");
  w.open();
  w.field("Driver", n.ipam_driver);
  w.field("Options", n.ipam_options);
  w.key("Config");
  w.open_array();
  for (const auto& pool : n.ipam_config) {
    w.open();
    w.omit("Subnet", pool.subnet);
    w.omit("IPRange", pool.ip_range);
    w.omit("Gateway", pool.gateway);
    w.omit("AuxiliaryAddresses", pool.auxiliary_addresses);
    w.close();
  }
  w.close_array();
  w.close();
}

static void write_containers(Writer& w, const Network& n) {
  w.key("Containers");
  w.open();
  for (const auto& [id, c] : n.containers) {
    w.key(id);
    w.open();
    w.field("Name", c.name);
    w.field("EndpointID", c.endpoint_id);
    w.field("MacAddress", c.mac_address);
    w.field("IPv4Address", c.ipv4_address);
    w.field("IPv6Address", c.ipv6_address);
    w.close();
  }
  w.close();
}

static void write(Writer& w, const Network& n) {
  w.open();
  w.field("Name", n.name);
  w.field("Id", n.id);
  w.time("Created", n.created);
  w.field("Scope", n.scope);
  w.field("Driver", n.driver);
  w.field("EnableIPv4", n.enable_ipv4);
  w.field("EnableIPv6", n.enable_ipv6);
  write_ipam(w, n);
  w.field("Internal", n.internal);
  w.field("Attachable", n.attachable);
  w.field("Ingress", n.ingress);
  w.key("ConfigFrom");
  w.raw(R"({"Network":""})");
  w.field("ConfigOnly", n.config_only);
  write_containers(w, n);
  w.field("Options", static_cast<const std::map<std::string, std::string>&>(n.options));
  w.field("Labels", static_cast<const std::map<std::string, std::string>&>(n.labels));
  w.close();
}

static void read(const Reader& r, Network& n) {
  r.get("Name", n.name);
  r.get("Id", n.id);
  r.get_time("Created", n.created);
  r.get("Scope", n.scope);
  r.get("Driver", n.driver);
  r.get("EnableIPv4", n.enable_ipv4);
  r.get("EnableIPv6", n.enable_ipv6);
  const Reader ipam = r.child("IPAM");
  ipam.get("Driver", n.ipam_driver);
  ipam.get("Options", n.ipam_options);
  ipam.list("Config", n.ipam_config, [](const Reader& one, IpamPool& pool) {
    one.get("Subnet", pool.subnet);
    one.get("IPRange", pool.ip_range);
    one.get("Gateway", pool.gateway);
    one.get("AuxiliaryAddresses", pool.auxiliary_addresses);
  });
  r.get("Internal", n.internal);
  r.get("Attachable", n.attachable);
  r.get("Ingress", n.ingress);
  r.get("ConfigOnly", n.config_only);
  r.map("Containers", n.containers, [](const Reader& one, NetworkContainer& c) {
    one.get("Name", c.name);
    one.get("EndpointID", c.endpoint_id);
    one.get("MacAddress", c.mac_address);
    one.get("IPv4Address", c.ipv4_address);
    one.get("IPv6Address", c.ipv6_address);
  });
  r.get("Options", n.options);
  r.get("Labels", n.labels);
}

}  // namespace json

std::string encode(const Network& network) {
  json::Writer w;
  json::write(w, network);
  return w.take();
}

std::string encode(const std::vector<Network>& list) {
  json::Writer w;
  w.open_array();
  for (const auto& network : list) json::write(w, network);
  w.close_array();
  return w.take();
}

Result<Network> decode_network(std::string_view text) {
  return json::decode_object<Network>(text,
                                      [](const json::Reader& r, Network& n) { json::read(r, n); });
}

Result<std::vector<Network>> decode_network_list(std::string_view text) {
  return json::decode_list<Network>(text,
                                    [](const json::Reader& r, Network& n) { json::read(r, n); });
}

}  // namespace hexad::api
