// A container's link: one veth pair whose far end is born in the container's network namespace,
// and the settings inside, sent through a socket that lives there. No thread changes namespace,
// nothing is looked up. BUDGET: about 0.7 ms for the pair, 0.3 ms for the rest, nearly all kernel.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "libcontainer/base/ipv4.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::net {

using Mac = std::array<std::uint8_t, 6>;
// 02:42 and the four bytes of the address, as Docker makes them: no two containers of a network
// alike.
Mac mac_from(Ipv4 address);
std::optional<Mac> parse_mac(std::string_view text);
std::string to_string(const Mac& mac);

struct VethSpec {
  std::string host_name;  // fresh at every start: the old link lives on for up to 0.1 s
  int bridge_index = 0;
  std::string peer_name = "eth0";
  Mac peer_mac{};
  int mtu = 1500;
  int netns_pid = -1;  // a process in the namespace, kept from being reaped by the caller; or
  int netns_fd = -1;   // its descriptor
  // Lets frames go back through the port they came from: needed where bridged frames pass
  // iptables (br_netfilter) and a container reaches itself by a published port.
  bool hairpin = false;
};
struct VethPair {
  int host = 0, inner = 0;  // interface indices
};
// The host's end up and on the bridge.
// errno EEXIST: the host name is taken.
Result<VethPair> create_veth(int rtnetlink, const VethSpec& spec);

struct ContainerLink {
  int index = 0;  // VethPair::inner
  Cidr address;
  std::optional<Ipv4> gateway;
};
// lo up, address, link up, default route: one send into the container's namespace.
Result<> configure_container(int rtnetlink, const ContainerLink& link);

// After that the host's end has a carrier, which the kernel makes use of in a work item of its own:
// until then the bridge drops the container's first packets, and a lost ARP request costs a second.
// Asking for a link makes Linux 6.8 and later do that work at once (rtnl_getlink,
// linkwatch_sync_dev).
Result<> settle(int rtnetlink, std::initializer_list<int> links);

// The host forgets which MAC `address` had on the link: needed where the next owner of the address
// has another one. No entry is fine.
Result<> forget_neighbour(int rtnetlink, int link, Ipv4 address);

}  // namespace hexad::net
