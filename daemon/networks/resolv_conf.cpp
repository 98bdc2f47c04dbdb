#include "daemon/networks/resolv_conf.hpp"

#include <optional>

#include "libcontainer/base/ipv4.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::networks {
namespace {

struct Filtered {
  std::string text;
  bool has_server = false;
};

Filtered filter(std::string_view conf) {
  Filtered kept;
  for (const auto line : split(conf, '\n')) {
    const auto words = trim(line);
    if (words.starts_with("nameserver")) {
      const auto address = parse_ipv4(trim(words.substr(std::string_view("nameserver").size())));
      if (!address || address->bits >> 24 == 127) continue;
      kept.has_server = true;
    }
    if (words.empty() || words.starts_with('#') || words.starts_with(';')) continue;
    kept.text += std::string(words) + "\n";
  }
  return kept;
}

}  // namespace

std::string container_resolv_conf(std::string_view host, std::string_view uplink) {
  auto kept = filter(host);
  if (kept.has_server) return kept.text;
  auto up = filter(uplink);
  if (up.has_server) return up.text;
  return kept.text + "nameserver 8.8.8.8\nnameserver 8.8.4.4\n";
}

}  // namespace hexad::networks
