#include "api/ports.hpp"

#include <arpa/inet.h>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

tl::unexpected<Error> invalid(std::string_view text) {
  return fail(Code::invalid_argument, "invalid port specification: \"{}\"", text);
}

bool valid_protocol(std::string_view protocol) {
  return protocol == "tcp" || protocol == "udp" || protocol == "sctp";
}

bool valid_address(const std::string& text) {
  in6_addr buffer{};
  return ::inet_pton(AF_INET, text.c_str(), &buffer) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &buffer) == 1;
}

struct Parts {
  std::string ip, host, container, protocol;
};

// The last colon divides off the container's port, the one before it the host's.
Parts divide(std::string_view spec) {
  Parts out;
  auto parts = split(spec, ':');
  const auto [container, protocol] = split_once(parts.back(), '/');
  out.container = container;
  out.protocol = protocol && !protocol->empty() ? to_lower(*protocol) : "tcp";
  parts.pop_back();
  if (parts.empty()) return out;
  out.host = parts.back();
  parts.pop_back();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out.ip += ':';
    out.ip += parts[i];
  }
  if (out.ip.size() >= 2 && out.ip.front() == '[' && out.ip.back() == ']') {
    out.ip = out.ip.substr(1, out.ip.size() - 2);
  }
  return out;
}

}  // namespace

Result<PortRange> parse_port_range(std::string_view text) {
  const auto [low, high] = split_once(text, '-');
  const auto first = parse_uint(low);
  const auto last = high ? parse_uint(*high) : first;
  if (!first || !last || *first > 65535 || *last > 65535 || *last < *first) return invalid(text);
  return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

Result<Port> parse_port(std::string_view key) {
  const auto [number, protocol] = split_once(key, '/');
  const auto value = parse_uint(number);
  if (!value || *value == 0 || *value > 65535) return invalid(number);
  Port out{static_cast<std::uint16_t>(*value), "tcp"};
  if (protocol && !protocol->empty()) out.protocol = to_lower(*protocol);
  if (!valid_protocol(out.protocol))
    return fail(Code::invalid_argument, "invalid proto: {}", out.protocol);
  return out;
}

Result<Published> parse_binding(std::string_view key, const PortBinding& binding) {
  Published out;
  out.container = TRY(parse_port(key));
  out.host_ip = binding.host_ip;
  if (!out.host_ip.empty() && !valid_address(out.host_ip)) {
    return fail(Code::invalid_argument, "invalid IP address: {}", out.host_ip);
  }
  if (!binding.host_port.empty()) out.host = TRY(parse_port_range(binding.host_port));
  return out;
}

Result<std::vector<Published>> parse_bindings(const PortMap& ports) {
  std::vector<Published> out;
  for (const auto& [key, bindings] : ports) {
    TRY(parse_port(key));
    for (const auto& binding : bindings) out.push_back(TRY(parse_binding(key, binding)));
  }
  return out;
}

Result<std::vector<std::pair<std::string, PortBinding>>> parse_publish(std::string_view spec) {
  const auto parts = divide(spec);
  if (!parts.ip.empty() && !valid_address(parts.ip)) {
    return fail(Code::invalid_argument, "invalid IP address: {}", parts.ip);
  }
  if (parts.container.empty())
    return fail(Code::invalid_argument, "no port specified: {}<empty>", spec);
  const auto container = parse_port_range(parts.container);
  if (!container) return fail(Code::invalid_argument, "invalid containerPort: {}", parts.container);
  PortRange host;
  if (!parts.host.empty()) {
    const auto parsed = parse_port_range(parts.host);
    if (!parsed) return fail(Code::invalid_argument, "invalid hostPort: {}", parts.host);
    host = *parsed;
  }
  const int count = container->last - container->first;
  if (!parts.host.empty() && host.last - host.first != count && count != 0) {
    return fail(Code::invalid_argument,
                "invalid ranges specified for container and host Ports: {} and {}", parts.container,
                parts.host);
  }
  if (!valid_protocol(parts.protocol)) {
    return fail(Code::invalid_argument, "invalid proto: {}", parts.protocol);
  }
  std::vector<std::pair<std::string, PortBinding>> out;
  for (int i = 0; i <= count; ++i) {
    PortBinding binding{parts.ip, ""};
    if (!parts.host.empty()) binding.host_port = fmt::format("{}", host.first + i);
    // One container port on the first free of a range.
    if (count == 0 && host.first != host.last)
      binding.host_port = fmt::format("{}-{}", host.first, host.last);
    out.emplace_back(fmt::format("{}/{}", container->first + i, parts.protocol),
                     std::move(binding));
  }
  return out;
}

Result<std::vector<std::string>> parse_expose(std::string_view spec) {
  if (spec.find(':') != spec.npos) {
    return fail(Code::invalid_argument, "invalid port format for --expose: {}", spec);
  }
  const auto parts = divide(spec);
  const auto range = parse_port_range(parts.container);
  if (!range || !valid_protocol(parts.protocol)) {
    return fail(Code::invalid_argument, "invalid range format for --expose: {}", spec);
  }
  std::vector<std::string> out;
  for (int port = range->first; port <= range->last; ++port) {
    out.push_back(fmt::format("{}/{}", port, parts.protocol));
  }
  return out;
}

}  // namespace hexad::api
