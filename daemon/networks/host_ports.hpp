// Host ports of published container ports: held by a bound socket, so that no other process can
// take one while the container runs. Errors carry the errno of bind(2), and say nothing of
// containers; the service makes Docker's words of them.
#pragma once

#include <cstdint>

#include "libcontainer/base/ipv4.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/firewall/rule.hpp"

namespace hexad::networks {

struct HeldPort {
  UniqueFd socket;  // may be empty for sctp where the kernel has none; the database still guards it
  std::uint16_t port = 0;
};

// Port 0: the kernel takes a free one of net.ipv4.ip_local_port_range.
// errno EADDRINUSE: another process has it, or another container of ours.
Result<HeldPort> hold_port(firewall::Protocol protocol, Ipv4 address, std::uint16_t port);

}  // namespace hexad::networks
