// One daemon's network made by hand from libcontainer: bridge, chains, containers.
#pragma once

#include <fmt/core.h>

#include <stdexcept>

#include "libcontainer/firewall/firewall.hpp"
#include "libcontainer/net/batch.hpp"
#include "libcontainer/net/bridge.hpp"
#include "libcontainer/net/sysctl.hpp"
#include "libcontainer/net/veth.hpp"
#include "tests/integration/net/lab.hpp"

namespace lab {

template <class T>
T must(hexad::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Subnet 10.200.N.0/24 on bridge brN, instance 0000000N.
class Net {
 public:
  Net(int n, hexad::firewall::Variant variant)
      : number_(n),
        gateway_(*hexad::parse_cidr(fmt::format("10.200.{}.1/24", n))),
        rtnl_(must(hexad::net::open_rtnetlink())) {
    const auto socket = must(hexad::net::open_route_socket());
    bridge_ =
        must(hexad::net::ensure_bridge(socket, {bridge(), gateway_, "hexad:" + instance(), 1500}));
    must(hexad::net::set_sysctl("net/ipv4/ip_forward", "1"));
    must(hexad::net::set_sysctl("net/ipv4/conf/" + bridge() + "/route_localnet", "1"));
    firewall_ = must(hexad::firewall::Firewall::open(instance(), variant));
    must(firewall_->rebuild({{bridge(), gateway_.subnet(), true}}, {}));
  }

  [[nodiscard]] std::string bridge() const { return "br" + std::to_string(number_); }
  [[nodiscard]] std::string instance() const { return fmt::format("{:08x}", number_); }
  [[nodiscard]] std::string address(int host) const {
    return fmt::format("10.200.{}.{}", number_, host);
  }
  hexad::firewall::Firewall& firewall() { return *firewall_; }

  // Connects the box as 10.200.N.host.
  void connect(Box& box, int host, bool hairpin = false) {
    hexad::net::VethSpec veth;
    veth.host_name = fmt::format("hx{}{:05}", instance(), host);
    veth.bridge_index = bridge_.index;
    veth.peer_mac = hexad::net::mac_from(*hexad::parse_ipv4(address(host)));
    veth.netns_pid = box.pid();
    veth.hairpin = hairpin;
    const auto pair = must(hexad::net::create_veth(rtnl_.get(), veth));
    must(hexad::net::configure_container(
        box.rtnetlink(), {pair.inner, {*hexad::parse_ipv4(address(host)), 24}, gateway_.address}));
    must(hexad::net::settle(rtnl_.get(), {pair.host, bridge_.index}));
  }

  hexad::firewall::PublishedPort port(
      int host_port, int host, int container_port, const char* on = "0.0.0.0",
      hexad::firewall::Protocol protocol = hexad::firewall::Protocol::tcp) {
    return {protocol, *hexad::parse_ipv4(on), static_cast<std::uint16_t>(host_port),
            *hexad::parse_ipv4(address(host)), static_cast<std::uint16_t>(container_port)};
  }

 private:
  int number_;
  hexad::Cidr gateway_;
  hexad::UniqueFd rtnl_;
  hexad::net::Bridge bridge_;
  std::unique_ptr<hexad::firewall::Firewall> firewall_;
};

}  // namespace lab
