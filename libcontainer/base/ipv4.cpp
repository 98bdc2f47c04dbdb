#include "libcontainer/base/ipv4.hpp"

#include <fmt/core.h>

#include "libcontainer/base/strings.hpp"

namespace hexad {

std::optional<Ipv4> parse_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::uint32_t bits = 0;
  for (const auto part : parts) {
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part.front() == '0'))
      return std::nullopt;
    const auto value = parse_uint(part);
    if (!value || *value > 255) return std::nullopt;
    bits = bits << 8 | static_cast<std::uint32_t>(*value);
  }
  return Ipv4{bits};
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const auto [left, right] = split_once(text, '/');
  if (!right) return std::nullopt;
  const auto address = parse_ipv4(left);
  const auto prefix = right->size() <= 2 ? parse_uint(*right) : std::nullopt;
  if (!address || !prefix || *prefix > 32) return std::nullopt;
  return Cidr{*address, static_cast<int>(*prefix)};
}

std::string to_string(Ipv4 a) {
  return fmt::format("{}.{}.{}.{}", a.bits >> 24, a.bits >> 16 & 255, a.bits >> 8 & 255,
                     a.bits & 255);
}

std::string to_string(const Cidr& c) {
  return fmt::format("{}/{}", to_string(c.address), c.prefix);
}

}  // namespace hexad
