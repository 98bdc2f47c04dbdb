#include "libcontainer/firewall/conntrack.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "libcontainer/base/unique_fd.hpp"

namespace hexad::firewall {
namespace {

struct Flow {
  std::vector<char> tuple;  // CTA_TUPLE_ORIG as it came, to name the entry when it is deleted
  Ipv4 destination;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
};

constexpr std::size_t kHead = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(nfgenmsg));

// A buffer for one request with the header of a conntrack message for IPv4.
nlmsghdr* request(std::array<char, 1024>& buffer, int type, int flags, std::uint32_t seq) {
  nlmsghdr* m = ::mnl_nlmsg_put_header(buffer.data());
  m->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | type);
  m->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  m->nlmsg_seq = seq;
  auto* head = static_cast<nfgenmsg*>(::mnl_nlmsg_put_extra_header(m, sizeof(nfgenmsg)));
  head->nfgen_family = AF_INET;
  head->version = NFNETLINK_V0;
  return m;
}

// Walks the attributes in a payload; mnl_attr_ok keeps it inside.
template <class Visit>
void each_attribute(const void* payload, std::size_t size, Visit visit) {
  const auto* end = static_cast<const char*>(payload) + size;
  const auto* a = static_cast<const nlattr*>(payload);
  while (::mnl_attr_ok(a, static_cast<int>(end - reinterpret_cast<const char*>(a)))) {
    visit(a);
    a = ::mnl_attr_next(a);
  }
}

template <class Visit>
void each_nested(const nlattr* parent, Visit visit) {
  each_attribute(::mnl_attr_get_payload(parent), ::mnl_attr_get_payload_len(parent), visit);
}

Flow read_flow(const nlmsghdr* m) {
  Flow flow;
  if (m->nlmsg_len < kHead) return flow;
  const auto* body = reinterpret_cast<const char*>(m) + kHead;
  each_attribute(body, m->nlmsg_len - kHead, [&](const nlattr* tuple) {
    if (::mnl_attr_get_type(tuple) != CTA_TUPLE_ORIG) return;
    const auto* begin = static_cast<const char*>(::mnl_attr_get_payload(tuple));
    flow.tuple.assign(begin, begin + ::mnl_attr_get_payload_len(tuple));
    each_nested(tuple, [&](const nlattr* part) {
      each_nested(part, [&](const nlattr* a) {
        const auto size = ::mnl_attr_get_payload_len(a);
        const auto type = ::mnl_attr_get_type(a);
        if (::mnl_attr_get_type(part) == CTA_TUPLE_IP && type == CTA_IP_V4_DST && size >= 4)
          flow.destination = {ntohl(::mnl_attr_get_u32(a))};
        if (::mnl_attr_get_type(part) != CTA_TUPLE_PROTO) return;
        if (type == CTA_PROTO_NUM && size >= 1) flow.protocol = ::mnl_attr_get_u8(a);
        if (type == CTA_PROTO_DST_PORT && size >= 2) flow.port = ntohs(::mnl_attr_get_u16(a));
      });
    });
  });
  return flow;
}

bool concerns(const Flow& flow, std::span<const PublishedPort> ports) {
  return flow.protocol == IPPROTO_UDP &&
         std::any_of(ports.begin(), ports.end(), [&](const auto& p) {
           return p.protocol == Protocol::udp && p.host_port == flow.port &&
                  (p.host_address.bits == 0 || p.host_address == flow.destination);
         });
}

Result<std::vector<Flow>> list(int fd, std::span<const PublishedPort> ports) {
  std::array<char, 1024> buffer{};
  const nlmsghdr* ask = request(buffer, IPCTNL_MSG_CT_GET, NLM_F_DUMP, 1);
  if (::send(fd, ask, ask->nlmsg_len, MSG_NOSIGNAL) < 0) return sys_fail("list connections");
  std::vector<Flow> flows;
  std::vector<char> reply(64U << 10);
  for (;;) {
    const ssize_t n = ::recv(fd, reply.data(), reply.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return sys_fail("list connections");
    int left = static_cast<int>(n);
    for (const auto* m = reinterpret_cast<const nlmsghdr*>(reply.data()); ::mnl_nlmsg_ok(m, left);
         m = ::mnl_nlmsg_next(m, &left)) {
      if (m->nlmsg_type == NLMSG_DONE) return flows;
      if (m->nlmsg_type == NLMSG_ERROR) return fail(Code::internal, "list connections: refused");
      auto flow = read_flow(m);
      if (concerns(flow, ports)) flows.push_back(std::move(flow));
    }
  }
}

}  // namespace

Result<> forget_udp_flows(std::span<const PublishedPort> ports) {
  if (std::none_of(ports.begin(), ports.end(),
                   [](const auto& p) { return p.protocol == Protocol::udp; }))
    return {};
  const UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!fd) return sys_fail("open a conntrack socket");
  const auto flows = TRY(list(fd.get(), ports));
  for (const auto& flow : flows) {
    std::array<char, 1024> buffer{};
    if (flow.tuple.size() > buffer.size() / 2) continue;
    // Without NLM_F_ACK: an entry that ended by itself is what was wanted.
    nlmsghdr* m = request(buffer, IPCTNL_MSG_CT_DELETE, 0, 2);
    ::mnl_attr_put(m, CTA_TUPLE_ORIG | NLA_F_NESTED, flow.tuple.size(), flow.tuple.data());
    if (::send(fd.get(), m, m->nlmsg_len, MSG_NOSIGNAL) < 0) return sys_fail("forget a connection");
  }
  return {};
}

}  // namespace hexad::firewall
