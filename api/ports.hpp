// Ports: the keys and bindings of the API ("80/tcp"), and the -p option of the client.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/types/container.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

struct PortRange {
  std::uint16_t first = 0, last = 0;
};
// "80" or "8000-8010". 400 `invalid port specification: "x"`.
Result<PortRange> parse_port_range(std::string_view text);

struct Port {
  std::uint16_t number = 0;
  std::string protocol = "tcp";  // tcp udp sctp
};
// "80/tcp", "80" (tcp). 400 `invalid port specification: "x"`, "invalid proto: x".
Result<Port> parse_port(std::string_view key);

// One entry of PortBindings, checked. host 0-0: any free port.
struct Published {
  Port container;
  std::string host_ip;  // "": all addresses
  PortRange host;
};
Result<Published> parse_binding(std::string_view key, const PortBinding& binding);
// All of them; 400 for the first that is wrong.
Result<std::vector<Published>> parse_bindings(const PortMap& ports);

// "8080:80/tcp", "80", "127.0.0.1::80", "[::1]:8080:80", "8000-8010:80-90/udp": one pair of key and
// binding for each container port. The texts are those of docker's client.
Result<std::vector<std::pair<std::string, PortBinding>>> parse_publish(std::string_view spec);
// --expose: "80", "80/udp", "8000-8010/tcp".
Result<std::vector<std::string>> parse_expose(std::string_view spec);

}  // namespace hexad::api
