#include "libcontainer/firewall/nft_socket.hpp"

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "libcontainer/firewall/nft_rule.hpp"

namespace hexad::firewall {
namespace {

constexpr std::size_t kMessageMax = 8192;          // our rules take about 500 bytes
constexpr std::size_t kReceiveBuffer = 32U << 10;  // the kernel sends no larger datagram

struct BaseChain {
  Table table;
  const char* name;
  const char* type;
  std::uint32_t hook;
  std::int32_t priority;
};
// As iptables makes them (its nft.c, xtables_ipv4).
constexpr std::array kBaseChains{
    BaseChain{Table::filter, "FORWARD", "filter", NF_INET_FORWARD, NF_IP_PRI_FILTER},
    BaseChain{Table::raw, "PREROUTING", "filter", NF_INET_PRE_ROUTING, NF_IP_PRI_RAW},
    BaseChain{Table::nat, "PREROUTING", "nat", NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST},
    BaseChain{Table::nat, "OUTPUT", "nat", NF_INET_LOCAL_OUT, NF_IP_PRI_NAT_DST},
    BaseChain{Table::nat, "POSTROUTING", "nat", NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC},
};

struct ChainFree {
  void operator()(nftnl_chain* c) const noexcept { ::nftnl_chain_free(c); }
};
using NftChain = std::unique_ptr<nftnl_chain, ChainFree>;

NftChain make_chain(Table table, const std::string& name) {
  NftChain chain(::nftnl_chain_alloc());
  ::nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_FAMILY, NFPROTO_IPV4);
  ::nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, name_of(table));
  ::nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, name.c_str());
  return chain;
}

NftRule rule_key(Table table, const std::string& chain) {
  NftRule rule(::nftnl_rule_alloc());
  ::nftnl_rule_set_u32(rule.get(), NFTNL_RULE_FAMILY, NFPROTO_IPV4);
  ::nftnl_rule_set_str(rule.get(), NFTNL_RULE_TABLE, name_of(table));
  ::nftnl_rule_set_str(rule.get(), NFTNL_RULE_CHAIN, chain.c_str());
  return rule;
}

using MessageBuffer = std::array<char, kMessageMax>;

nlmsghdr* header(MessageBuffer& buffer, std::uint16_t type, std::uint16_t flags,
                 std::uint32_t seq) {
  return ::nftnl_nlmsg_build_hdr(buffer.data(), type, NFPROTO_IPV4, flags, seq);
}

}  // namespace

NftBatch::NftBatch() {
  MessageBuffer buffer{};
  put(::nftnl_batch_begin(buffer.data(), next_seq_++));
}

void NftBatch::put(const nlmsghdr* m) {
  const auto* begin = reinterpret_cast<const char*>(m);
  bytes_.insert(bytes_.end(), begin, begin + MNL_ALIGN(m->nlmsg_len));
}

void NftBatch::put_chain(std::uint16_t type, std::uint16_t flags, nftnl_chain* chain) {
  MessageBuffer buffer{};
  nlmsghdr* m = header(buffer, type, flags, next_seq_++);
  ::nftnl_chain_nlmsg_build_payload(m, chain);
  put(m);
}

void NftBatch::table(Table table) {
  MessageBuffer buffer{};
  nlmsghdr* m = header(buffer, NFT_MSG_NEWTABLE, NLM_F_CREATE, next_seq_++);
  ::mnl_attr_put_strz(m, NFTA_TABLE_NAME, name_of(table));
  put(m);
}

// Without a policy: on a chain that is there already it would overwrite the administrator's.
void NftBatch::base_chain(Table table, const std::string& name) {
  const auto* known = std::find_if(kBaseChains.begin(), kBaseChains.end(), [&](const BaseChain& b) {
    return b.table == table && name == b.name;
  });
  if (known == kBaseChains.end()) return;
  const auto chain = make_chain(table, name);
  ::nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_HOOKNUM, known->hook);
  ::nftnl_chain_set_s32(chain.get(), NFTNL_CHAIN_PRIO, known->priority);
  ::nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TYPE, known->type);
  put_chain(NFT_MSG_NEWCHAIN, NLM_F_CREATE, chain.get());
}

void NftBatch::chain(Table table, const std::string& name) {
  put_chain(NFT_MSG_NEWCHAIN, NLM_F_CREATE, make_chain(table, name).get());
}

void NftBatch::delete_chain(Table table, const std::string& name) {
  put_chain(NFT_MSG_DELCHAIN, 0, make_chain(table, name).get());
}

void NftBatch::flush(Table table, const std::string& chain) {
  MessageBuffer buffer{};
  nlmsghdr* m = header(buffer, NFT_MSG_DELRULE, 0, next_seq_++);
  ::nftnl_rule_nlmsg_build_payload(m, rule_key(table, chain).get());
  put(m);
}

void NftBatch::delete_rule(Table table, const std::string& chain, Handle handle) {
  MessageBuffer buffer{};
  nlmsghdr* m = header(buffer, NFT_MSG_DELRULE, 0, next_seq_++);
  const auto rule = rule_key(table, chain);
  ::nftnl_rule_set_u64(rule.get(), NFTNL_RULE_HANDLE, handle);
  ::nftnl_rule_nlmsg_build_payload(m, rule.get());
  put(m);
}

void NftBatch::rule(const Rule& r, bool append, Handle after, bool want_handle) {
  MessageBuffer buffer{};
  unsigned flags = NLM_F_CREATE;
  if (append) flags |= NLM_F_APPEND;
  if (want_handle) {
    flags |= NLM_F_ECHO;
    handle_seqs_.push_back(next_seq_);
  }
  nlmsghdr* m = header(buffer, NFT_MSG_NEWRULE, static_cast<std::uint16_t>(flags), next_seq_++);
  const auto rule = encode(r);
  if (after != 0) ::nftnl_rule_set_u64(rule.get(), NFTNL_RULE_POSITION, after);
  ::nftnl_rule_nlmsg_build_payload(m, rule.get());
  put(m);
}

Result<NftSocket> NftSocket::open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!fd) return sys_fail("open an nf_tables socket");
  // A batch is one message to the socket, and its answers wait in it until commit() reads them:
  // room for tens of thousands of ports. Limits, not memory.
  const int size = 64 << 20;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  return NftSocket(std::move(fd));
}

NftSocket::NftSocket(UniqueFd fd) : fd_(std::move(fd)), buffer_(kReceiveBuffer) {}

void NftSocket::drain() {
  while (::recv(fd_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT) >= 0 || errno == EINTR ||
         errno == ENOBUFS) {
  }
}

Result<std::vector<Handle>> NftSocket::commit(NftBatch batch) {
  MessageBuffer end{};
  batch.put(::nftnl_batch_end(end.data(), batch.next_seq_));
  drain();
  ssize_t sent = 0;
  do sent = ::send(fd_.get(), batch.bytes_.data(), batch.bytes_.size(), MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return sys_fail("send to nf_tables");

  // The kernel commits inside send(): everything it has to say is in the socket already.
  std::vector<Handle> handles(batch.handle_seqs_.size());
  std::size_t found = 0;
  int error = 0;
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return sys_fail("receive from nf_tables");
    int left = static_cast<int>(n);
    for (const auto* m = reinterpret_cast<const nlmsghdr*>(buffer_.data()); ::mnl_nlmsg_ok(m, left);
         m = ::mnl_nlmsg_next(m, &left)) {
      if (m->nlmsg_type == NLMSG_ERROR) {
        if (m->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(nlmsgerr)) continue;
        const auto* e = static_cast<const nlmsgerr*>(::mnl_nlmsg_get_payload(m));
        if (error == 0 && e->error < 0) error = -e->error;
        continue;
      }
      if ((m->nlmsg_type & 0xff) != NFT_MSG_NEWRULE) continue;
      const auto at =
          std::lower_bound(batch.handle_seqs_.begin(), batch.handle_seqs_.end(), m->nlmsg_seq);
      if (at == batch.handle_seqs_.end() || *at != m->nlmsg_seq) continue;
      const NftRule rule(::nftnl_rule_alloc());
      if (::nftnl_rule_nlmsg_parse(m, rule.get()) < 0) continue;
      handles[static_cast<std::size_t>(at - batch.handle_seqs_.begin())] =
          ::nftnl_rule_get_u64(rule.get(), NFTNL_RULE_HANDLE);
      ++found;
    }
  }
  if (error != 0) return pass(sys_error(error, "change nf_tables rules"));
  if (found != handles.size())
    return fail(Code::internal, "nf_tables named {} of {} new rules", found, handles.size());
  return handles;
}

Result<> NftSocket::dump(const std::vector<char>& request,
                         const std::function<void(const nlmsghdr*)>& visit) {
  drain();
  if (::send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
    return sys_fail("send to nf_tables");
  const auto seq = reinterpret_cast<const nlmsghdr*>(request.data())->nlmsg_seq;
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return sys_fail("receive from nf_tables");
    int left = static_cast<int>(n);
    for (const auto* m = reinterpret_cast<const nlmsghdr*>(buffer_.data()); ::mnl_nlmsg_ok(m, left);
         m = ::mnl_nlmsg_next(m, &left)) {
      if (m->nlmsg_seq != seq) continue;
      if ((m->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
        return pass(sys_error(EINTR, "list nf_tables rules"));
      if (m->nlmsg_type == NLMSG_DONE) return {};
      if (m->nlmsg_type == NLMSG_ERROR) {
        if (m->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(nlmsgerr))
          return fail(Code::internal, "short netlink error");
        const int e = -static_cast<const nlmsgerr*>(::mnl_nlmsg_get_payload(m))->error;
        if (e == 0 || e == ENOENT) return {};
        return pass(sys_error(e, "list nf_tables rules"));
      }
      visit(m);
    }
  }
}

Result<> NftSocket::each_rule(Table table, const std::string& chain,
                              const std::function<void(nftnl_rule*)>& visit) {
  MessageBuffer buffer{};
  nlmsghdr* m = header(buffer, NFT_MSG_GETRULE, NLM_F_DUMP, dump_seq_++);
  ::nftnl_rule_nlmsg_build_payload(m, rule_key(table, chain).get());
  return dump({buffer.data(), buffer.data() + m->nlmsg_len}, [&](const nlmsghdr* reply) {
    const NftRule rule(::nftnl_rule_alloc());
    if (::nftnl_rule_nlmsg_parse(reply, rule.get()) < 0) return;
    const char* of_table = ::nftnl_rule_get_str(rule.get(), NFTNL_RULE_TABLE);
    const char* of_chain = ::nftnl_rule_get_str(rule.get(), NFTNL_RULE_CHAIN);
    if (of_table != nullptr && of_chain != nullptr && name_of(table) == std::string(of_table) &&
        chain == of_chain)
      visit(rule.get());
  });
}

Result<> NftSocket::each_chain(const std::function<void(nftnl_chain*)>& visit) {
  MessageBuffer buffer{};
  nlmsghdr* m = header(buffer, NFT_MSG_GETCHAIN, NLM_F_DUMP, dump_seq_++);
  return dump({buffer.data(), buffer.data() + m->nlmsg_len}, [&](const nlmsghdr* reply) {
    const NftChain chain(::nftnl_chain_alloc());
    if (::nftnl_chain_nlmsg_parse(reply, chain.get()) >= 0) visit(chain.get());
  });
}

}  // namespace hexad::firewall
