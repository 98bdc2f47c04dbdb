// Looking at the host's links, addresses and routes: at start and recovery, never per container.
#pragma once

#include <string>
#include <vector>

#include "libcontainer/base/ipv4.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/net/nl_socket.hpp"

namespace hexad::net {

struct LinkInfo {
  int index = 0;
  std::string name, kind, alias;  // kind: "bridge", "veth", "" for hardware
  int master = 0;                 // index of the bridge, 0: none
  bool up = false;
};
Result<std::vector<LinkInfo>> list_links(const NlSocket& socket);
// errno ENODEV when there is none of that name.
Result<LinkInfo> find_link(const NlSocket& socket, const std::string& name);
// The caller waits about 20 ms (RCU): for sweeps, not for the end of a container.
// A link that is gone already is fine.
Result<> delete_link(const NlSocket& socket, int index);

// Many at once with one wait: they are put into a link group of this call's own, which is deleted.
Result<> delete_links(const std::vector<int>& indices);

struct AddressInfo {
  int link = 0;
  Cidr address;
};
Result<std::vector<AddressInfo>> list_addresses(const NlSocket& socket);

struct RouteInfo {
  Cidr destination;  // prefix 0: the default route
  int link = 0;      // of the first next hop; 0: none
};
Result<std::vector<RouteInfo>> list_routes(const NlSocket& socket);  // IPv4, all tables but `local`

}  // namespace hexad::net
