// Ports of a container in one line. Ranges are joined only where host and container ports agree,
// so that the text can be read as a -p argument.
#include "client/ports_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

struct Port {
  std::int64_t inner, outer;
  std::string address, protocol;
};

struct Group {
  std::string address, protocol;
  std::int64_t first, last;

  [[nodiscard]] std::string text() const {
    std::string range = std::to_string(first);
    if (first != last) range += fmt::format("-{}", last);
    if (!address.empty()) range = fmt::format("{}->{}", host_port(address, range), range);
    return fmt::format("{}/{}", range, protocol);
  }
};

std::vector<Port> sorted(const Json& json) {
  std::vector<Port> ports;
  for (const Json& port : json.items())
    ports.push_back({port.at("PrivatePort").as_int(), port.at("PublicPort").as_int(),
                     port.at("IP").text(), port.at("Type").text()});
  std::stable_sort(ports.begin(), ports.end(), [](const Port& a, const Port& b) {
    return std::tie(a.inner, a.address, a.outer, a.protocol) <
           std::tie(b.inner, b.address, b.outer, b.protocol);
  });
  return ports;
}

}  // namespace

std::string host_port(std::string_view address, std::string_view port) {
  return address.find(':') != std::string_view::npos ? fmt::format("[{}]:{}", address, port)
                                                     : fmt::format("{}:{}", address, port);
}

std::string ports_text(const Json& json) {
  std::vector<Group> open;
  std::vector<std::string> done, mapped;
  for (const Port& port : sorted(json)) {
    if (!port.address.empty() && port.outer != port.inner) {
      mapped.push_back(fmt::format("{}->{}/{}", host_port(port.address, std::to_string(port.outer)),
                                   port.inner, port.protocol));
      continue;
    }
    const auto group = std::find_if(open.begin(), open.end(), [&](const Group& g) {
      return g.address == port.address && g.protocol == port.protocol;
    });
    if (group == open.end()) {
      open.push_back({port.address, port.protocol, port.inner, port.inner});
    } else if (port.inner == group->last + 1) {
      group->last = port.inner;
    } else {
      done.push_back(group->text());
      group->first = group->last = port.inner;
    }
  }
  for (const Group& group : open) done.push_back(group.text());
  done.insert(done.end(), mapped.begin(), mapped.end());
  return join(done, ", ");
}

}  // namespace hexad::client
