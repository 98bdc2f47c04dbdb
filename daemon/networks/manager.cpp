#include "daemon/networks/manager.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include "daemon/networks/host_ports.hpp"
#include "daemon/networks/resolv_conf.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/base/undo.hpp"
#include "libcontainer/net/batch.hpp"
#include "libcontainer/net/link.hpp"
#include "libcontainer/net/veth.hpp"

namespace hexad::networks {
namespace {

constexpr std::string_view kLinkPrefix = "hx";

// "" is every address.
Result<Ipv4> host_address(const std::string& text) {
  if (text.empty()) return Ipv4{};
  const auto address = parse_ipv4(text);
  if (!address && text.find(':') != std::string::npos)
    return fail(Code::not_implemented, "publishing on the IPv6 address \"{}\" is not built yet",
                text);
  if (!address)
    return fail(Code::invalid_argument, "invalid host address \"{}\": only IPv4 is published",
                text);
  return *address;
}

// As Go prints an errno, which is what clients of Docker see.
std::string reason(const Error& error) {
  return error.sys_errno != 0 ? to_lower(std::strerror(error.sys_errno)) : error.message;
}

std::vector<std::pair<std::string, std::string>> bridge_options(const Options& o) {
  return {{"com.docker.network.bridge.default_bridge", "true"},
          {"com.docker.network.bridge.enable_icc", "true"},
          {"com.docker.network.bridge.enable_ip_masquerade", o.ip_masq ? "true" : "false"},
          {"com.docker.network.bridge.host_binding_ipv4", "0.0.0.0"},
          {"com.docker.network.bridge.name", o.bridge},
          {"com.docker.network.driver.mtu", std::to_string(o.mtu > 0 ? o.mtu : 1500)}};
}

}  // namespace

std::vector<firewall::PublishedPort> published_ports(const Endpoint& endpoint) {
  std::vector<firewall::PublishedPort> ports;
  const auto inside = parse_ipv4(endpoint.ipv4);
  if (!inside) return ports;
  for (const auto& p : endpoint.ports) {
    const auto protocol = firewall::parse_protocol(p.protocol);
    const auto host = host_address(p.host_ip);
    if (protocol && host)
      ports.push_back({*protocol, *host, p.host_port, *inside, p.container_port});
  }
  return ports;
}

Result<UniqueFd> RtnlSockets::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      UniqueFd fd = std::move(idle_.back());
      idle_.pop_back();
      return fd;
    }
  }
  return net::open_rtnetlink();
}

void RtnlSockets::give_back(UniqueFd fd) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(fd));
}

NetworkView Manager::view(const NetworkRow& row) const {
  NetworkView v;
  v.name = row.name;
  v.id = row.id;
  v.driver = row.driver;
  v.created = row.created;
  if (row.driver == "bridge") {
    v.subnet = to_string(gateway_.subnet());
    v.gateway = to_string(gateway_.address);
    v.options = bridge_options(options_);
  }
  for (const auto& [container, endpoint] : endpoints_)
    if (endpoint.network_id == row.id) v.containers.emplace_back(container, endpoint);
  return v;
}

std::vector<NetworkView> Manager::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<NetworkView> all;
  for (const auto& row : networks_) all.push_back(view(row));
  return all;
}

Result<NetworkRow> Manager::resolve(std::string_view ref) const {
  if (ref.empty() || ref == "default") ref = "bridge";
  for (const auto& row : networks_)
    if (row.name == ref || row.id == ref) return row;
  const NetworkRow* found = nullptr;
  std::size_t matches = 0;
  for (const auto& row : networks_)
    if (row.id.starts_with(ref) && ++matches == 1) found = &row;
  if (matches > 1)
    return fail(Code::invalid_argument,
                "network {} is ambiguous ({} matches found based on ID prefix)", ref, matches);
  if (found == nullptr) return fail(Code::not_found, "network {} not found", ref);
  return *found;
}

Result<NetworkView> Manager::find(std::string_view ref) const {
  const auto row = TRY(resolve(ref));
  const std::lock_guard lock(mutex_);
  return view(row);
}

// "hx", the instance, five letters that were not used before: the link of the last run may live on
// for a tenth of a second.
std::string Manager::next_link_name() {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
  std::uint32_t number = next_link_.fetch_add(1);
  std::string suffix(5, '0');
  for (auto& c : suffix) {
    c = kDigits[number & 31U];
    number >>= 5U;
  }
  return std::string(kLinkPrefix) + instance_ + suffix;
}

Result<Ipv4> Manager::take_address(const NetworkRow& row) {
  const std::lock_guard lock(mutex_);
  if (const auto address = pool_.take()) return *address;
  return fail(Code::internal,
              "no available IPv4 addresses on this network's address pools: {} ({})", row.name,
              row.id);
}

void Manager::drop_claims(const std::vector<BoundPort>& ports) {
  for (const auto& p : ports) {
    const auto protocol = firewall::parse_protocol(p.protocol);
    const auto host = host_address(p.host_ip);
    if (protocol && host) book_.drop(*protocol, *host, p.host_port);
  }
}

// Claimed before it is bound, so that two containers that want one port at the same time are told
// what Docker tells them.
Result<std::pair<BoundPort, UniqueFd>> Manager::bind_port(const PortRequest& wanted,
                                                          const Endpoint& endpoint) {
  const auto protocol = firewall::parse_protocol(wanted.protocol);
  if (!protocol) return fail(Code::invalid_argument, "invalid protocol \"{}\"", wanted.protocol);
  const auto host = TRY(host_address(wanted.host_ip));
  BoundPort bound{wanted.protocol, wanted.container_port, to_string(host), wanted.host_port};
  const std::uint32_t last = std::max(wanted.host_port, wanted.host_port_end);
  for (std::uint32_t port = wanted.host_port; port <= last; ++port) {
    bound.host_port = static_cast<std::uint16_t>(port);
    if (port != 0) {
      const std::lock_guard lock(mutex_);
      if (!book_.claim(*protocol, host, bound.host_port)) continue;
    }
    auto held = hold_port(*protocol, host, bound.host_port);
    const std::lock_guard lock(mutex_);
    if (held) {
      bound.host_port = held->port;
      if (port == 0) book_.claim(*protocol, host, held->port);
      return std::pair(std::move(bound), std::move(held->socket));
    }
    book_.drop(*protocol, host, bound.host_port);
    if (held.error().sys_errno != EADDRINUSE || port == last)
      return fail(Code::internal, "failed to bind host port for {}:{}:{}:{}/{}: {}", bound.host_ip,
                  port, endpoint.ipv4, bound.container_port, bound.protocol, reason(held.error()));
  }
  if (last > wanted.host_port)
    return fail(Code::internal, "Bind for {}:{}-{} failed: all ports are allocated", bound.host_ip,
                wanted.host_port, last);
  return fail(Code::internal, "Bind for {}:{} failed: port is already allocated", bound.host_ip,
              last);
}

Result<> Manager::bind_ports(const std::vector<PortRequest>& wanted, Allocation& into) {
  for (const auto& request : wanted) {
    auto one = bind_port(request, into.endpoint);
    if (!one && one.error().code == Code::internal)
      return pass(std::move(one.error()),
                  "driver failed programming external connectivity on endpoint " +
                      into.endpoint.container_name + " (" + into.endpoint.endpoint_id + ")");
    if (!one) return pass(std::move(one.error()));
    into.endpoint.ports.push_back(std::move(one->first));
    if (one->second) into.held.push_back(std::move(one->second));
  }
  return {};
}

Result<Allocation> Manager::allocate(const std::string& container_id,
                                     const std::string& container_name, const std::string& network,
                                     const std::vector<PortRequest>& ports,
                                     const std::string& wanted_mac) {
  const auto row = TRY(resolve(network));
  TRY(release(container_id));  // what a start that failed left behind
  Allocation a;
  Endpoint& e = a.endpoint;
  e.network_id = row.id;
  e.network_name = row.name;
  e.endpoint_id = random_hex(32);
  e.container_name = container_name;
  UndoList undo;
  if (row.driver == "bridge") {
    const auto address = TRY(take_address(row));
    undo.push([this, address, &e] {
      const std::lock_guard lock(mutex_);
      drop_claims(e.ports);
      pool_.give_back(address);
    });
    e.ipv4 = to_string(address);
    e.gateway = to_string(gateway_.address);
    e.prefix_len = gateway_.prefix;
    const auto mac = wanted_mac.empty() ? net::mac_from(address) : net::parse_mac(wanted_mac);
    if (!mac) return fail(Code::invalid_argument, "{} is not a valid mac address", wanted_mac);
    e.mac = net::to_string(*mac);
    e.host_link = next_link_name();
    TRY(bind_ports(ports, a));
  }
  TRY(store_.put(EndpointRow{container_id, e}));
  {
    const std::lock_guard lock(mutex_);
    endpoints_.insert_or_assign(container_id, e);
  }
  undo.dismiss();
  return a;
}

Result<> Manager::wire(const std::string& container_id, const Endpoint& e, int pid, int rtnetlink) {
  const auto address = parse_ipv4(e.ipv4);
  if (!address) return {};  // host, none
  net::VethSpec veth;
  veth.host_name = e.host_link;
  veth.bridge_index = bridge_index_;
  veth.mtu = options_.mtu > 0 ? options_.mtu : veth.mtu;
  veth.netns_pid = pid;
  veth.hairpin = hairpin_ && !e.ports.empty();
  if (const auto mac = net::parse_mac(e.mac)) veth.peer_mac = *mac;
  UniqueFd socket = TRY(sockets_.take());
  // An error may leave answers in the socket: it is closed then, not kept.
  const auto pair = TRY(net::create_veth(socket.get(), veth));
  TRY(net::configure_container(rtnetlink,
                               {pair.inner, {*address, e.prefix_len}, parse_ipv4(e.gateway)}));
  TRY(net::settle(socket.get(), {pair.host, bridge_index_}));
  forget_custom_mac(e);  // it is not the one that the host may remember
  sockets_.give_back(std::move(socket));
  if (firewall_ == nullptr) return {};
  auto added = firewall_->add(e.endpoint_id, published_ports(e));
  if (!added)
    return pass(std::move(added.error()),
                "driver failed programming external connectivity on endpoint " + e.container_name +
                    " (" + e.endpoint_id + ")");
  log::debug("container {} wired with {}", container_id, e.ipv4);
  return {};
}

Result<> Manager::release(const std::string& container_id) {
  Endpoint e;
  {
    const std::lock_guard lock(mutex_);
    const auto at = endpoints_.find(container_id);
    if (at == endpoints_.end()) return {};
    e = at->second;
  }
  if (firewall_ != nullptr) TRY(firewall_->remove(e.endpoint_id));
  forget_custom_mac(e);
  TRY(store_.remove_endpoint(e.endpoint_id));
  const std::lock_guard lock(mutex_);
  // Only now may another container get the ports and the address.
  drop_claims(e.ports);
  if (const auto address = parse_ipv4(e.ipv4)) pool_.give_back(*address);
  endpoints_.erase(container_id);
  return {};
}

// The next container with this address has another MAC, and the host would send to the old one
// until its neighbour table expires.
void Manager::forget_custom_mac(const Endpoint& e) {
  const auto address = parse_ipv4(e.ipv4);
  if (!address || e.mac == net::to_string(net::mac_from(*address))) return;
  auto socket = sockets_.take();
  if (socket && net::forget_neighbour(socket->get(), bridge_index_, *address))
    sockets_.give_back(std::move(*socket));
}

Result<> Manager::reconcile(const std::vector<std::string>& alive) {
  const std::set<std::string> living(alive.begin(), alive.end());
  std::vector<std::string> dead;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [container, endpoint] : endpoints_)
      if (!living.contains(container)) dead.push_back(container);
  }
  for (const auto& container : dead) {
    if (auto released = release(container); !released)
      log::warn("release the network of container {}: {}", container, released.error().message);
  }
  return sweep_links();
}

// Links of ours that no endpoint knows: their namespace is being torn down, or somebody pins it.
Result<> Manager::sweep_links() {
  const auto socket = TRY(net::open_route_socket());
  std::set<std::string> known;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [container, endpoint] : endpoints_) known.insert(endpoint.host_link);
  }
  std::vector<int> stray;
  for (const auto& link : TRY(net::list_links(socket)))
    if (link.name.starts_with(std::string(kLinkPrefix) + instance_) && !known.contains(link.name))
      stray.push_back(link.index);
  if (stray.empty()) return {};
  log::info("{} stray links are deleted", stray.size());
  return net::delete_links(stray);
}

Result<> Manager::rename(const std::string& container_id, const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = endpoints_.find(container_id);
    if (at == endpoints_.end()) return {};
    at->second.container_name = name;
  }
  return store_.rename(container_id, name);
}

std::string Manager::resolv_conf() const {
  const auto host = read_file("/etc/resolv.conf", 1U << 20);
  const auto uplink = read_file("/run/systemd/resolve/resolv.conf", 1U << 20);
  return container_resolv_conf(host.value_or(""), uplink.value_or(""));
}

}  // namespace hexad::networks
