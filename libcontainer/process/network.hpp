// What init does in a network namespace of its own, before anybody else sees it.
#pragma once

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::process {

// Docker's defaults: any port may be bound without capabilities, ping sockets are open to all
// groups (not where a user namespace cannot express them). `disable_ipv6`: before the veth
// arrives, so that it never joins multicast groups.
Result<> set_net_defaults(bool in_user_ns, bool disable_ipv6);
// A rtnetlink socket that keeps talking to the caller's network namespace wherever it is sent.
Result<UniqueFd> open_rtnetlink();
Result<> bring_up_loopback();

}  // namespace hexad::process
