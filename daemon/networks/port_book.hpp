// Which host ports our own containers have, or are just binding. Pure; the caller locks.
#pragma once

#include <cstdint>
#include <map>

#include "libcontainer/base/ipv4.hpp"
#include "libcontainer/firewall/rule.hpp"

namespace hexad::networks {

class PortBook {
 public:
  // False when somebody has the port on that address; 0.0.0.0 overlaps with every address.
  bool claim(firewall::Protocol protocol, Ipv4 address, std::uint16_t port);
  void drop(firewall::Protocol protocol, Ipv4 address, std::uint16_t port);

 private:
  std::multimap<std::uint32_t, Ipv4> claims_;  // protocol << 16 | port
};

}  // namespace hexad::networks
