// Forgetting connections that rules no longer apply to. The nat table is asked for the first packet
// of a connection only, and a client that keeps sending UDP from one port never makes a new one: it
// would go on talking to a container that is gone, or to nobody although one is there by now.
#pragma once

#include <span>

#include "libcontainer/base/result.hpp"
#include "libcontainer/firewall/layout.hpp"

namespace hexad::firewall {

// Entries of UDP flows to the ports' host side. Nothing is asked of the kernel when none of the
// ports is UDP. This thread's network namespace.
Result<> forget_udp_flows(std::span<const PublishedPort> ports);

}  // namespace hexad::firewall
