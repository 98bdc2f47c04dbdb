// The bridge that containers hang on: made where missing, adopted where it is there.
#pragma once

#include <string>

#include "libcontainer/base/ipv4.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/net/nl_socket.hpp"

namespace hexad::net {

struct BridgeSpec {
  std::string name;   // at most 15 characters
  Cidr address;       // the gateway of the containers
  std::string alias;  // marks a bridge that we made
  int mtu = 1500;
};
struct Bridge {
  int index = 0;
  bool created = false;
};
// Up, with the address. On a bridge that carries our alias other IPv4 addresses are removed; on a
// foreign one they stay. A link of that name which is no bridge is an error.
Result<Bridge> ensure_bridge(const NlSocket& socket, const BridgeSpec& spec);

}  // namespace hexad::net
