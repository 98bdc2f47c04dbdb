// IPv4 addresses and subnets as numbers in host byte order, and their dotted text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hexad {

struct Ipv4 {
  std::uint32_t bits = 0;  // host byte order
  bool operator==(const Ipv4&) const = default;
};

// An address with a prefix length: "172.17.0.1/16". The host bits are kept.
struct Cidr {
  Ipv4 address;
  int prefix = 0;  // 0..32
  bool operator==(const Cidr&) const = default;

  [[nodiscard]] std::uint32_t mask() const noexcept {
    return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
  }
  [[nodiscard]] Ipv4 first() const noexcept { return {address.bits & mask()}; }  // network address
  [[nodiscard]] Ipv4 last() const noexcept { return {address.bits | ~mask()}; }  // broadcast
  [[nodiscard]] Cidr subnet() const noexcept { return {first(), prefix}; }  // host bits cleared
  [[nodiscard]] bool contains(Ipv4 a) const noexcept { return (a.bits & mask()) == first().bits; }
  [[nodiscard]] bool overlaps(const Cidr& o) const noexcept {
    return first().bits <= o.last().bits && o.first().bits <= last().bits;
  }
};

// Four decimal parts without leading zeros, nothing around them.
std::optional<Ipv4> parse_ipv4(std::string_view text);
// "a.b.c.d/n"; a prefix is required.
std::optional<Cidr> parse_cidr(std::string_view text);
std::string to_string(Ipv4 address);
std::string to_string(const Cidr& cidr);

}  // namespace hexad
