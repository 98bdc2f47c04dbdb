#include "libcontainer/net/bridge.hpp"

#include <arpa/inet.h>
#include <linux/if.h>
#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>

#include "libcontainer/net/link.hpp"
#include "libcontainer/net/veth.hpp"

namespace hexad::net {
namespace {

NlAddr address_of(int index, const Cidr& cidr) {
  NlAddr address(::rtnl_addr_alloc());
  const std::uint32_t bits = htonl(cidr.address.bits);
  const NlAddress local(::nl_addr_build(AF_INET, &bits, sizeof bits));
  ::nl_addr_set_prefixlen(local.get(), cidr.prefix);
  ::rtnl_addr_set_ifindex(address.get(), index);
  ::rtnl_addr_set_local(address.get(), local.get());  // takes its own reference
  if (cidr.prefix < 31) {
    const std::uint32_t last = htonl(cidr.last().bits);
    const NlAddress broadcast(::nl_addr_build(AF_INET, &last, sizeof last));
    ::rtnl_addr_set_broadcast(address.get(), broadcast.get());
  }
  return address;
}

// With a MAC of its own: otherwise the kernel takes the lowest of the ports', and it would change
// (and be forgotten by the containers' neighbour tables) as containers come and go.
Result<> create(const NlSocket& socket, const BridgeSpec& spec) {
  const NlLink link(::rtnl_link_bridge_alloc());
  ::rtnl_link_set_name(link.get(), spec.name.c_str());
  ::rtnl_link_set_mtu(link.get(), static_cast<unsigned>(spec.mtu));
  const auto mac = mac_from(spec.address.address);
  const NlAddress hardware(::nl_addr_build(AF_LLC, mac.data(), mac.size()));
  ::rtnl_link_set_addr(link.get(), hardware.get());
  const int r = ::rtnl_link_add(socket.get(), link.get(), NLM_F_CREATE | NLM_F_EXCL);
  if (r < 0) return pass(nl_error(r, "create bridge " + spec.name));
  return {};
}

Result<> change(const NlSocket& socket, const LinkInfo& now, const std::string& alias) {
  const NlLink old(::rtnl_link_alloc()), wanted(::rtnl_link_alloc());
  ::rtnl_link_set_ifindex(old.get(), now.index);
  ::rtnl_link_set_flags(wanted.get(), IFF_UP);
  if (!alias.empty()) ::rtnl_link_set_ifalias(wanted.get(), alias.c_str());
  const int r = ::rtnl_link_change(socket.get(), old.get(), wanted.get(), 0);
  if (r < 0) return pass(nl_error(r, "bring bridge " + now.name + " up"));
  return {};
}

Result<> set_address(const NlSocket& socket, const LinkInfo& link, const Cidr& wanted, bool ours) {
  bool there = false;
  for (const auto& a : TRY(list_addresses(socket))) {
    if (a.link != link.index) continue;
    if (a.address == wanted) {
      there = true;
    } else if (ours) {
      const int r = ::rtnl_addr_delete(socket.get(), address_of(link.index, a.address).get(), 0);
      if (r < 0 && r != -NLE_NOADDR)
        return pass(nl_error(r, "remove address " + to_string(a.address) + " from " + link.name));
    }
  }
  if (there) return {};
  const int r = ::rtnl_addr_add(socket.get(), address_of(link.index, wanted).get(), NLM_F_CREATE);
  if (r < 0 && r != -NLE_EXIST)
    return pass(nl_error(r, "add address " + to_string(wanted) + " to " + link.name));
  return {};
}

}  // namespace

Result<Bridge> ensure_bridge(const NlSocket& socket, const BridgeSpec& spec) {
  if (spec.name.empty() || spec.name.size() >= IFNAMSIZ)
    return fail(Code::invalid_argument, "bridge name \"{}\" must have 1 to 15 characters",
                spec.name);
  Bridge bridge;
  auto found = find_link(socket, spec.name);
  if (!found && found.error().sys_errno == ENODEV) {
    auto made = create(socket, spec);
    if (!made && made.error().sys_errno != EEXIST) return pass(std::move(made.error()));
    bridge.created = made.has_value();
    found = find_link(socket, spec.name);
  }
  if (!found) return pass(std::move(found.error()));
  if (found->kind != "bridge")
    return fail(Code::invalid_argument, "link {} is no bridge but {}", spec.name,
                found->kind.empty() ? "a device" : found->kind);
  bridge.index = found->index;
  const bool ours = bridge.created || (!spec.alias.empty() && found->alias == spec.alias);
  TRY(change(socket, *found, bridge.created ? spec.alias : ""));
  TRY(set_address(socket, *found, spec.address, ours));
  return bridge;
}

}  // namespace hexad::net
