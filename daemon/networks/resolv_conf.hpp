// What a container's /etc/resolv.conf says, made from the host's. Pure.
#pragma once

#include <string>
#include <string_view>

namespace hexad::networks {

// Nameservers on loopback addresses are of no use inside a container and are left out, as are IPv6
// ones while our networks have no IPv6. `uplink` (systemd-resolved's list of real servers) is taken
// when nothing is left of `host`; with neither, Docker's public default servers.
std::string container_resolv_conf(std::string_view host, std::string_view uplink);

}  // namespace hexad::networks
