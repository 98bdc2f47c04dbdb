#include "libcontainer/net/link.hpp"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <sys/random.h>

#include <cstring>
#include <optional>

#include "libcontainer/net/batch.hpp"

namespace hexad::net {
namespace {

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

LinkInfo describe(rtnl_link* link) {
  return {::rtnl_link_get_ifindex(link),
          text_or_empty(::rtnl_link_get_name(link)),
          text_or_empty(::rtnl_link_get_type(link)),
          text_or_empty(::rtnl_link_get_ifalias(link)),
          ::rtnl_link_get_master(link),
          (::rtnl_link_get_flags(link) & IFF_UP) != 0};
}

std::optional<Cidr> to_cidr(nl_addr* address) {
  if (address == nullptr || ::nl_addr_get_family(address) != AF_INET) return std::nullopt;
  std::uint32_t bits = 0;
  if (::nl_addr_get_len(address) >= sizeof bits) {
    std::memcpy(&bits, ::nl_addr_get_binary_addr(address), sizeof bits);
  }
  return Cidr{{ntohl(bits)}, static_cast<int>(::nl_addr_get_prefixlen(address))};
}

nl_msg* group_message(int type, int index, std::uint32_t group) {
  nl_msg* m = ::nlmsg_alloc_simple(type, 0);
  ifinfomsg head{};
  head.ifi_index = index;
  ::nlmsg_append(m, &head, sizeof head, NLMSG_ALIGNTO);
  ::nla_put_u32(m, IFLA_GROUP, group);
  return m;
}

// A table that changes while it is read is reported as interrupted; then it is read again.
template <class Fill>
Result<NlCache> filled(const char* doing, Fill fill) {
  for (int attempt = 0;; ++attempt) {
    nl_cache* cache = nullptr;
    const int r = fill(&cache);
    if (r == 0) return NlCache(cache);
    if (r != -NLE_DUMP_INTR || attempt == 20) return pass(nl_error(r, doing));
  }
}

}  // namespace

Result<std::vector<LinkInfo>> list_links(const NlSocket& socket) {
  const auto cache = TRY(filled("list links", [&](nl_cache** c) {
    return ::rtnl_link_alloc_cache(socket.get(), AF_UNSPEC, c);
  }));
  std::vector<LinkInfo> links;
  for (auto* o = ::nl_cache_get_first(cache.get()); o != nullptr; o = ::nl_cache_get_next(o))
    links.push_back(describe(reinterpret_cast<rtnl_link*>(o)));
  return links;
}

Result<LinkInfo> find_link(const NlSocket& socket, const std::string& name) {
  rtnl_link* raw = nullptr;
  if (const int r = ::rtnl_link_get_kernel(socket.get(), 0, name.c_str(), &raw); r < 0) {
    if (r == -NLE_OBJ_NOTFOUND || r == -NLE_NODEV)
      return pass(sys_error(ENODEV, "find link " + name));
    return pass(nl_error(r, "find link " + name));
  }
  const NlLink link(raw);
  return describe(link.get());
}

Result<> delete_link(const NlSocket& socket, int index) {
  const NlLink link(::rtnl_link_alloc());
  ::rtnl_link_set_ifindex(link.get(), index);
  const int r = ::rtnl_link_delete(socket.get(), link.get());
  if (r < 0 && r != -NLE_OBJ_NOTFOUND && r != -NLE_NODEV) return pass(nl_error(r, "delete a link"));
  return {};
}

Result<> delete_links(const std::vector<int>& indices) {
  const auto fd = TRY(open_rtnetlink());
  std::uint32_t group = 0;
  if (::getrandom(&group, sizeof group, 0) != sizeof group) return sys_fail("getrandom");
  group |= 0x8000'0000U;  // never 0, the group of all other links
  for (const int index : indices) {
    Batch batch;
    batch.add(group_message(RTM_NEWLINK, index, group), "mark a link");
    // One that is gone already is what was wanted.
    if (auto r = batch.run(fd.get()); !r && r.error().sys_errno != ENODEV) return r;
  }
  Batch batch;
  batch.add(group_message(RTM_DELLINK, 0, group), "delete marked links");
  if (auto r = batch.run(fd.get()); !r && r.error().sys_errno != ENODEV) return r;
  return {};
}

Result<std::vector<AddressInfo>> list_addresses(const NlSocket& socket) {
  const auto cache = TRY(filled(
      "list addresses", [&](nl_cache** c) { return ::rtnl_addr_alloc_cache(socket.get(), c); }));
  std::vector<AddressInfo> addresses;
  for (auto* o = ::nl_cache_get_first(cache.get()); o != nullptr; o = ::nl_cache_get_next(o)) {
    auto* a = reinterpret_cast<rtnl_addr*>(o);
    if (const auto cidr = to_cidr(::rtnl_addr_get_local(a)))
      addresses.push_back({::rtnl_addr_get_ifindex(a), *cidr});
  }
  return addresses;
}

Result<std::vector<RouteInfo>> list_routes(const NlSocket& socket) {
  const auto cache = TRY(filled("list routes", [&](nl_cache** c) {
    return ::rtnl_route_alloc_cache(socket.get(), AF_INET, 0, c);
  }));
  std::vector<RouteInfo> routes;
  for (auto* o = ::nl_cache_get_first(cache.get()); o != nullptr; o = ::nl_cache_get_next(o)) {
    auto* route = reinterpret_cast<rtnl_route*>(o);
    if (::rtnl_route_get_table(route) == RT_TABLE_LOCAL) continue;
    const auto to = to_cidr(::rtnl_route_get_dst(route));
    if (!to) continue;
    auto* hop = ::rtnl_route_get_nnexthops(route) > 0 ? ::rtnl_route_nexthop_n(route, 0) : nullptr;
    routes.push_back({*to, hop != nullptr ? ::rtnl_route_nh_get_ifindex(hop) : 0});
  }
  return routes;
}

}  // namespace hexad::net
