// Which addresses of a subnet are taken, and which subnet to take where the user names none. Pure:
// what is in use comes from the database and the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "libcontainer/base/ipv4.hpp"

namespace hexad::networks {

class AddressPool {
 public:
  AddressPool() = default;
  // The network, broadcast and gateway addresses are never given out.
  explicit AddressPool(Cidr gateway);

  // The lowest free address; nullopt when there is none left.
  std::optional<Ipv4> take();
  bool take(Ipv4 address);  // false: taken, or outside
  void give_back(Ipv4 address);
  [[nodiscard]] std::size_t taken() const noexcept { return taken_.size(); }

 private:
  Cidr subnet_;
  Ipv4 gateway_;
  std::set<std::uint32_t> taken_;
  std::uint32_t hint_ = 0;  // no address below it is free
};

// Docker's default pools for networks of one host (default-address-pools in its documentation):
// 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and so on.
std::vector<Cidr> default_pools();
// The first pool that overlaps nothing in use; its first address is the gateway.
std::optional<Cidr> choose_gateway(std::span<const Cidr> pools, std::span<const Cidr> in_use);

}  // namespace hexad::networks
