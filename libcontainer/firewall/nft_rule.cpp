#include "libcontainer/firewall/nft_rule.hpp"

#include <arpa/inet.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <netinet/ip.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace hexad::firewall {
namespace {

// struct xt_sctp_info of linux/netfilter/xt_sctp.h, which is no C++ (it has _Bool in inline code).
struct SctpInfo {
  std::uint16_t destination_ports[2];
  std::uint16_t source_ports[2];
  std::uint32_t chunk_map[64];
  std::uint32_t chunk_match_type;
  struct {
    std::uint8_t chunk_type, flag, flag_mask;
  } flag_info[4];
  std::int32_t flag_count;
  std::uint32_t flags, inverse_flags;
};
static_assert(sizeof(SctpInfo) == 292);
constexpr std::uint32_t kSctpDestinationPorts = 2;  // XT_SCTP_DEST_PORTS

nftnl_expr* add(nftnl_rule* rule, const char* kind) {
  nftnl_expr* e = ::nftnl_expr_alloc(kind);
  ::nftnl_rule_add_expr(rule, e);  // the rule owns it from here on
  return e;
}

void compare(nftnl_rule* rule, const void* data, std::size_t size, bool negated) {
  nftnl_expr* e = add(rule, "cmp");
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, negated ? NFT_CMP_NEQ : NFT_CMP_EQ);
  ::nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, static_cast<std::uint32_t>(size));
}

void load_meta(nftnl_rule* rule, std::uint32_t key) {
  nftnl_expr* e = add(rule, "meta");
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

void add_device(nftnl_rule* rule, const std::optional<Device>& device, std::uint32_t key) {
  if (!device) return;
  load_meta(rule, key);
  compare(rule, device->name.c_str(), device->name.size() + 1, device->negated);
}

// iptables loads only the bytes that count, and masks only where a prefix ends inside a byte.
void add_subnet(nftnl_rule* rule, const std::optional<Subnet>& subnet, std::uint32_t offset) {
  if (!subnet || subnet->cidr.prefix == 0) return;
  const int prefix = subnet->cidr.prefix;
  const bool bytes_only = prefix % 8 == 0;
  const std::uint32_t size = bytes_only ? static_cast<std::uint32_t>(prefix / 8) : 4;
  nftnl_expr* load = add(rule, "payload");
  ::nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
  ::nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
  ::nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_LEN, size);
  ::nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
  if (!bytes_only) {
    const std::uint32_t mask = htonl(subnet->cidr.mask()), zero = 0;
    nftnl_expr* e = add(rule, "bitwise");
    ::nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
    ::nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
    ::nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, sizeof mask);
    ::nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, &mask, sizeof mask);
    ::nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, &zero, sizeof zero);
  }
  const std::uint32_t bits = htonl(subnet->cidr.first().bits);
  compare(rule, &bits, size, subnet->negated);
}

// x_tables.h XT_ALIGN: the kernel refuses a size that is not a multiple of 8. libnftnl keeps the
// pointer and frees it with the expression, so the bytes come from calloc.
template <class Info>
void set_info(nftnl_expr* e, std::uint16_t attribute, const Info& info) {
  constexpr std::size_t kSize = (sizeof info + 7) / 8 * 8;
  void* copy = std::calloc(1, kSize);
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, &info, sizeof info);
  ::nftnl_expr_set(e, attribute, copy, kSize);
}

template <class Info>
void add_match(nftnl_rule* rule, const char* name, std::uint32_t revision, const Info& info) {
  nftnl_expr* e = add(rule, "match");
  ::nftnl_expr_set_str(e, NFTNL_EXPR_MT_NAME, name);
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_MT_REV, revision);
  set_info(e, NFTNL_EXPR_MT_INFO, info);
}

template <class Info>
void add_target(nftnl_rule* rule, const char* name, std::uint32_t revision, const Info& info) {
  nftnl_expr* e = add(rule, "target");
  ::nftnl_expr_set_str(e, NFTNL_EXPR_TG_NAME, name);
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_TG_REV, revision);
  set_info(e, NFTNL_EXPR_TG_INFO, info);
}

void add_port(nftnl_rule* rule, Protocol protocol, std::uint16_t port) {
  switch (protocol) {
    case Protocol::tcp: {
      xt_tcp info{};
      info.spts[1] = 0xffff;
      info.dpts[0] = info.dpts[1] = port;
      add_match(rule, "tcp", 0, info);
      break;
    }
    case Protocol::udp: {
      xt_udp info{};
      info.spts[1] = 0xffff;
      info.dpts[0] = info.dpts[1] = port;
      add_match(rule, "udp", 0, info);
      break;
    }
    case Protocol::sctp: {
      SctpInfo info{};
      info.destination_ports[0] = info.destination_ports[1] = port;
      info.flags = kSctpDestinationPorts;
      // As iptables initialises it; `-C` compares these too.
      for (auto& flag : info.flag_info) flag.chunk_type = 0xff;
      add_match(rule, "sctp", 0, info);
      break;
    }
    case Protocol::any: break;
  }
}

void add_states(nftnl_rule* rule, unsigned states) {
  xt_conntrack_mtinfo3 info{};
  info.match_flags = XT_CONNTRACK_STATE;
  unsigned mask = 0;
  if ((states & kEstablished) != 0) mask |= XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED);
  if ((states & kRelated) != 0) mask |= XT_CONNTRACK_STATE_BIT(IP_CT_RELATED);
  if ((states & kDnat) != 0) mask |= XT_CONNTRACK_STATE_DNAT;
  info.state_mask = static_cast<std::uint16_t>(mask);
  add_match(rule, "conntrack", 3, info);
}

void add_verdict(nftnl_rule* rule, int verdict, const std::string& chain) {
  nftnl_expr* e = add(rule, "immediate");
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
  ::nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, static_cast<std::uint32_t>(verdict));
  if (!chain.empty()) ::nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain.c_str());
}

void add_outcome(nftnl_rule* rule, const Rule& r) {
  switch (r.verdict) {
    case Verdict::accept: add_verdict(rule, NF_ACCEPT, {}); break;
    case Verdict::drop: add_verdict(rule, NF_DROP, {}); break;
    case Verdict::jump: add_verdict(rule, NFT_JUMP, r.target); break;
    case Verdict::masquerade: {
      nf_nat_ipv4_multi_range_compat range{};
      range.rangesize = 1;
      add_target(rule, "MASQUERADE", 0, range);
      break;
    }
    case Verdict::dnat: {
      nf_nat_range2 range{};
      range.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;
      range.min_addr.ip = range.max_addr.ip = htonl(r.dnat_address.bits);
      range.min_proto.all = range.max_proto.all = htons(r.dnat_port);
      add_target(rule, "DNAT", 2, range);
      break;
    }
  }
}

}  // namespace

void NftnlFree::operator()(nftnl_rule* rule) const noexcept { ::nftnl_rule_free(rule); }

NftRule encode(const Rule& r) {
  NftRule rule(::nftnl_rule_alloc());
  nftnl_rule* raw = rule.get();
  ::nftnl_rule_set_u32(raw, NFTNL_RULE_FAMILY, NFPROTO_IPV4);
  ::nftnl_rule_set_str(raw, NFTNL_RULE_TABLE, name_of(r.table));
  ::nftnl_rule_set_str(raw, NFTNL_RULE_CHAIN, r.chain.c_str());
  if (r.protocol != Protocol::any) {
    const auto number = static_cast<std::uint8_t>(r.protocol);
    ::nftnl_rule_set_u32(raw, NFTNL_RULE_COMPAT_PROTO, number);  // xt matches check it
    ::nftnl_rule_set_u32(raw, NFTNL_RULE_COMPAT_FLAGS, 0);
    load_meta(raw, NFT_META_L4PROTO);
    compare(raw, &number, sizeof number, false);
  }
  add_device(raw, r.in, NFT_META_IIFNAME);
  add_device(raw, r.out, NFT_META_OIFNAME);
  add_subnet(raw, r.source, offsetof(iphdr, saddr));
  add_subnet(raw, r.destination, offsetof(iphdr, daddr));
  if (r.port != 0) add_port(raw, r.protocol, r.port);
  if (r.to_local) {
    xt_addrtype_info_v1 info{};
    info.dest = XT_ADDRTYPE_LOCAL;
    add_match(raw, "addrtype", 1, info);
  }
  if (r.states != 0) add_states(raw, r.states);
  nftnl_expr* counter = add(raw, "counter");
  ::nftnl_expr_set_u64(counter, NFTNL_EXPR_CTR_PACKETS, 0);
  ::nftnl_expr_set_u64(counter, NFTNL_EXPR_CTR_BYTES, 0);
  add_outcome(raw, r);
  return rule;
}

std::string jump_target(nftnl_rule* rule) {
  std::string target;
  nftnl_expr_iter* it = ::nftnl_expr_iter_create(rule);
  for (nftnl_expr* e = ::nftnl_expr_iter_next(it); e != nullptr; e = ::nftnl_expr_iter_next(it)) {
    const char* kind = ::nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
    if (kind == nullptr || std::strcmp(kind, "immediate") != 0) continue;
    if (!::nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN)) continue;
    if (const char* chain = ::nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN)) target = chain;
  }
  ::nftnl_expr_iter_destroy(it);
  return target;
}

}  // namespace hexad::firewall
