// A Rule in the form in which iptables-nft keeps it in the kernel, so that `iptables -S -L -C -D`
// read it as one of theirs. Ports are compared by the xt matches "tcp", "udp" and "sctp": every
// release of iptables-nft knows these, the native form only 1.8.8 and later.
#pragma once

#include <memory>

#include "libcontainer/firewall/rule.hpp"

struct nftnl_rule;

namespace hexad::firewall {

struct NftnlFree {
  void operator()(nftnl_rule* rule) const noexcept;
};
using NftRule = std::unique_ptr<nftnl_rule, NftnlFree>;

NftRule encode(const Rule& rule);
// The chain that a rule read from the kernel jumps or goes to; empty when it does not.
std::string jump_target(nftnl_rule* rule);

}  // namespace hexad::firewall
