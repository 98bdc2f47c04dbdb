#include "libcontainer/net/veth.hpp"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/random.h>

#include <atomic>

#include "libcontainer/base/strings.hpp"
#include "libcontainer/net/batch.hpp"

namespace hexad::net {
namespace {

// The kernel takes the peer's wished index only when the host end has one too (veth_newlink), so
// both are chosen here: the host's at random, far above where the kernel itself counts.
int random_host_index() {
  std::uint32_t bits = 0;
  (void)!::getrandom(&bits, sizeof bits, 0);
  return static_cast<int>(0x1'0000U + (bits & 0xff'ffffU));
}

// 2 follows lo; kernels that put tunnel devices into each new namespace (net.core.
// fb_tunnels_only_for_init_net=0) have taken it, then a number above all of those is used.
std::atomic<int> peer_index{2};
constexpr int kHighPeerIndex = 64;

void put(nl_msg* m, int type, std::uint32_t value) { ::nla_put_u32(m, type, value); }

nl_msg* veth_message(const VethSpec& spec, int host_index, int inner_index) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  ifinfomsg host{};
  host.ifi_index = host_index;
  host.ifi_flags = host.ifi_change = IFF_UP;
  ::nlmsg_append(m, &host, sizeof host, NLMSG_ALIGNTO);
  ::nla_put_string(m, IFLA_IFNAME, spec.host_name.c_str());
  put(m, IFLA_MTU, static_cast<std::uint32_t>(spec.mtu));
  put(m, IFLA_MASTER, static_cast<std::uint32_t>(spec.bridge_index));
  nlattr* info = ::nla_nest_start(m, IFLA_LINKINFO);
  ::nla_put_string(m, IFLA_INFO_KIND, "veth");
  nlattr* data = ::nla_nest_start(m, IFLA_INFO_DATA);
  nlattr* peer = ::nla_nest_start(m, VETH_INFO_PEER);
  ifinfomsg inner{};
  inner.ifi_index = inner_index;
  ::nlmsg_append(m, &inner, sizeof inner, NLMSG_ALIGNTO);
  ::nla_put_string(m, IFLA_IFNAME, spec.peer_name.c_str());
  ::nla_put(m, IFLA_ADDRESS, static_cast<int>(spec.peer_mac.size()), spec.peer_mac.data());
  put(m, IFLA_MTU, static_cast<std::uint32_t>(spec.mtu));
  if (spec.netns_fd >= 0) {
    put(m, IFLA_NET_NS_FD, static_cast<std::uint32_t>(spec.netns_fd));
  } else {
    put(m, IFLA_NET_NS_PID, static_cast<std::uint32_t>(spec.netns_pid));
  }
  ::nla_nest_end(m, peer);
  ::nla_nest_end(m, data);
  ::nla_nest_end(m, info);
  return m;
}

nl_msg* hairpin_message(int host_index) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_SETLINK, 0);
  ifinfomsg host{};
  host.ifi_family = AF_BRIDGE;
  host.ifi_index = host_index;
  ::nlmsg_append(m, &host, sizeof host, NLMSG_ALIGNTO);
  nlattr* info = ::nla_nest_start(m, IFLA_PROTINFO | NLA_F_NESTED);
  ::nla_put_u8(m, IFLA_BRPORT_MODE, 1);
  ::nla_nest_end(m, info);
  return m;
}

// The bridge may still know this MAC from a port that dies (a MAC is made of the address, and that
// was somebody else's a moment ago): without this, packets go there until the new owner has sent
// one. Sticky, so that nobody else on the bridge draws the container's traffic by its MAC.
nl_msg* forwarding_message(int host_index, const Mac& mac) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
  ndmsg head{};
  head.ndm_family = AF_BRIDGE;
  head.ndm_ifindex = host_index;
  head.ndm_state = NUD_NOARP;  // "static": does not age
  head.ndm_flags = NTF_MASTER | NTF_STICKY;
  ::nlmsg_append(m, &head, sizeof head, NLMSG_ALIGNTO);
  ::nla_put(m, NDA_LLADDR, static_cast<int>(mac.size()), mac.data());
  return m;
}

nl_msg* query_message(int index) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_GETLINK, 0);
  ifinfomsg head{};
  head.ifi_index = index;
  ::nlmsg_append(m, &head, sizeof head, NLMSG_ALIGNTO);
  put(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  return m;
}

nl_msg* up_message(int index) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_NEWLINK, 0);
  ifinfomsg head{};
  head.ifi_index = index;
  head.ifi_flags = head.ifi_change = IFF_UP;
  ::nlmsg_append(m, &head, sizeof head, NLMSG_ALIGNTO);
  return m;
}

nl_msg* address_message(int index, const Cidr& address) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
  ifaddrmsg head{};
  head.ifa_family = AF_INET;
  head.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix);
  head.ifa_index = static_cast<std::uint32_t>(index);
  ::nlmsg_append(m, &head, sizeof head, NLMSG_ALIGNTO);
  put(m, IFA_LOCAL, htonl(address.address.bits));
  put(m, IFA_ADDRESS, htonl(address.address.bits));
  if (address.prefix < 31) put(m, IFA_BROADCAST, htonl(address.last().bits));
  return m;
}

nl_msg* default_route_message(int index, Ipv4 gateway) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
  rtmsg head{};
  head.rtm_family = AF_INET;
  head.rtm_table = RT_TABLE_MAIN;
  head.rtm_protocol = RTPROT_BOOT;
  head.rtm_scope = RT_SCOPE_UNIVERSE;
  head.rtm_type = RTN_UNICAST;
  ::nlmsg_append(m, &head, sizeof head, NLMSG_ALIGNTO);
  put(m, RTA_GATEWAY, htonl(gateway.bits));
  put(m, RTA_OIF, static_cast<std::uint32_t>(index));
  return m;
}

}  // namespace

Mac mac_from(Ipv4 a) {
  const auto byte = [&](int shift) { return static_cast<std::uint8_t>(a.bits >> shift & 255); };
  return {0x02, 0x42, byte(24), byte(16), byte(8), byte(0)};
}

std::optional<Mac> parse_mac(std::string_view text) {
  const auto parts = split(text, text.find('-') == std::string_view::npos ? ':' : '-');
  Mac mac{};
  if (parts.size() != mac.size()) return std::nullopt;
  for (std::size_t i = 0; i < mac.size(); ++i) {
    if (parts[i].size() != 2) return std::nullopt;
    unsigned value = 0;
    for (const char c : to_lower(parts[i])) {
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    mac[i] = static_cast<std::uint8_t>(value);
  }
  return mac;
}

std::string to_string(const Mac& m) {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4],
                     m[5]);
}

Result<VethPair> create_veth(int rtnetlink, const VethSpec& spec) {
  for (int attempt = 0;; ++attempt) {
    const int host = random_host_index();
    const int inner = attempt < 2 ? peer_index.load() : kHighPeerIndex + attempt;
    Batch batch;
    batch.add(veth_message(spec, host, inner), "create link " + spec.host_name);
    batch.add(forwarding_message(host, spec.peer_mac),
              "set the forwarding entry of " + spec.host_name);
    if (spec.hairpin) batch.add(hairpin_message(host), "set hairpin mode of " + spec.host_name);
    auto done = batch.run(rtnetlink);
    if (done) return VethPair{host, inner};
    // EBUSY: one of the two indices is in use.
    if (done.error().sys_errno != EBUSY || attempt == 4) return pass(std::move(done.error()));
    if (attempt == 1) peer_index = kHighPeerIndex;
  }
}

Result<> configure_container(int rtnetlink, const ContainerLink& link) {
  Batch batch;
  batch.add(up_message(1), "bring lo up");  // lo is 1 in every namespace
  batch.add(address_message(link.index, link.address),
            "add address " + hexad::to_string(link.address));
  // Not in the create message: there the pair is not joined yet, and veth_open says ENOTCONN.
  batch.add(up_message(link.index), "bring the container's link up");
  if (link.gateway)
    batch.add(default_route_message(link.index, *link.gateway),
              "add default route through " + hexad::to_string(*link.gateway));
  return batch.run(rtnetlink);
}

Result<> settle(int rtnetlink, std::initializer_list<int> links) {
  Batch batch;
  for (const int index : links) batch.add(query_message(index), "ask for a link");
  return batch.run(rtnetlink);
}

Result<> forget_neighbour(int rtnetlink, int link, Ipv4 address) {
  nl_msg* m = ::nlmsg_alloc_simple(RTM_DELNEIGH, 0);
  ndmsg head{};
  head.ndm_family = AF_INET;
  head.ndm_ifindex = link;
  ::nlmsg_append(m, &head, sizeof head, NLMSG_ALIGNTO);
  put(m, NDA_DST, htonl(address.bits));
  Batch batch;
  batch.add(m, "forget neighbour " + hexad::to_string(address));
  if (auto r = batch.run(rtnetlink); !r && r.error().sys_errno != ENOENT) return r;
  return {};
}

}  // namespace hexad::net
