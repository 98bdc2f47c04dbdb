#include "daemon/networks/port_book.hpp"

namespace hexad::networks {
namespace {
std::uint32_t key(firewall::Protocol protocol, std::uint16_t port) {
  return static_cast<std::uint32_t>(protocol) << 16U | port;
}
}  // namespace

bool PortBook::claim(firewall::Protocol protocol, Ipv4 address, std::uint16_t port) {
  const auto [begin, end] = claims_.equal_range(key(protocol, port));
  for (auto at = begin; at != end; ++at)
    if (at->second == address || at->second.bits == 0 || address.bits == 0) return false;
  claims_.emplace(key(protocol, port), address);
  return true;
}

void PortBook::drop(firewall::Protocol protocol, Ipv4 address, std::uint16_t port) {
  const auto [begin, end] = claims_.equal_range(key(protocol, port));
  for (auto at = begin; at != end; ++at) {
    if (at->second != address) continue;
    claims_.erase(at);
    return;
  }
}

}  // namespace hexad::networks
