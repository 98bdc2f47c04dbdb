#include "daemon/networks/address_pool.hpp"

#include <algorithm>

namespace hexad::networks {

AddressPool::AddressPool(Cidr gateway)
    : subnet_(gateway.subnet()), gateway_(gateway.address), hint_(subnet_.first().bits + 1) {}

bool AddressPool::take(Ipv4 a) {
  if (!subnet_.contains(a) || a == gateway_ || a == subnet_.first() || a == subnet_.last())
    return false;
  return taken_.insert(a.bits).second;
}

std::optional<Ipv4> AddressPool::take() {
  for (std::uint32_t bits = hint_; bits < subnet_.last().bits; ++bits) {
    if (!take(Ipv4{bits})) continue;
    hint_ = bits + 1;
    return Ipv4{bits};
  }
  return std::nullopt;
}

void AddressPool::give_back(Ipv4 a) {
  if (taken_.erase(a.bits) != 0) hint_ = std::min(hint_, a.bits);
}

std::vector<Cidr> default_pools() {
  std::vector<Cidr> pools;
  for (std::uint32_t second = 17; second <= 31; ++second)
    pools.push_back({{172U << 24 | second << 16}, 16});
  for (std::uint32_t third = 0; third < 256; third += 16)
    pools.push_back({{192U << 24 | 168U << 16 | third << 8}, 20});
  return pools;
}

std::optional<Cidr> choose_gateway(std::span<const Cidr> pools, std::span<const Cidr> in_use) {
  for (const auto& pool : pools) {
    const bool free = std::none_of(in_use.begin(), in_use.end(), [&](const Cidr& used) {
      return used.prefix != 0 && used.overlaps(pool);  // the default route covers everything
    });
    if (free) return Cidr{{pool.first().bits + 1}, pool.prefix};
  }
  return std::nullopt;
}

}  // namespace hexad::networks
