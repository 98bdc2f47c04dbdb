// port: what a container publishes.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/ports_text.hpp"

namespace hexad::client {
namespace {

Result<int> port(Invocation& invocation) {
  const std::string& name = invocation.args()[0];
  const Json container = TRY(invocation.daemon.get(container_path(name, "json")));
  const Json& ports = container.at("NetworkSettings").at("Ports");
  std::vector<std::string> lines;
  if (invocation.args().size() > 1) {
    const std::string& wanted = invocation.args()[1];
    const std::string key = wanted.find('/') == std::string::npos ? wanted + "/tcp" : wanted;
    for (const Json& binding : ports.at(key).items())
      lines.push_back(host_port(binding.at("HostIp").text(), binding.at("HostPort").text()));
    if (lines.empty())
      return fail(Code::not_found, "Error: No public port '{}' published for {}", wanted, name);
  } else {
    for (const auto& [key, bindings] : ports.members())
      for (const Json& binding : bindings.items())
        lines.push_back(
            fmt::format("{} -> {}", key,
                        host_port(binding.at("HostIp").text(), binding.at("HostPort").text())));
  }
  std::sort(lines.begin(), lines.end(), natural_less);
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  print_out(out);
  return 0;
}

}  // namespace

const Command kPort{.names = "container port|port",
                    .usage = "CONTAINER [PRIVATE_PORT[/PROTO]]",
                    .summary = "List what a container publishes, or one of its ports",
                    .flags = {},
                    .min_args = 1,
                    .max_args = 2,
                    .interspersed = true,
                    .run = port};

}  // namespace hexad::client
