// info: what the daemon says of itself and its host.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/units.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/formatting.hpp"
#include "client/version.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::array kFlags{FlagSpec{"format", 'f', FlagKind::text, kObjectFormatHelp}};

std::string shown(const Json& value) {
  if (value.kind() == Json::Kind::boolean) return value.as_bool() ? "true" : "false";
  return value.text();
}

class Text {
 public:
  Text(const Json& info, std::string& out) : info_(info), out_(out) {}

  void line(int indent, std::string_view label, std::string_view value) {
    out_ += fmt::format("{:{}}{}: {}\n", "", indent, label, value);
  }
  void member(int indent, std::string_view label, std::string_view name) {
    line(indent, label, shown(info_.at(name)));
  }
  // Left out when it is empty.
  void optional(std::string_view label, std::string_view name) {
    if (const std::string value = shown(info_.at(name)); !value.empty()) line(1, label, value);
  }
  void words(int indent, std::string_view label, const Json& list) {
    std::vector<std::string> items;
    for (const Json& item : list.items()) items.push_back(item.text());
    if (!items.empty()) line(indent, label, join(items, " "));
  }
  void heading(std::string_view label) { out_ += fmt::format(" {}:\n", label); }
  void item(std::string_view text) { out_ += fmt::format("  {}\n", text); }

 private:
  const Json& info_;
  std::string& out_;
};

void security(Text& text, const Json& info) {
  if (info.at("SecurityOptions").items().empty()) return;
  text.heading("Security Options");
  for (const Json& option : info.at("SecurityOptions").items()) {
    // "name=seccomp,profile=builtin": the name on its line, the rest below it.
    for (const std::string_view part : split(option.text(), ',')) {
      const auto [key, value] = split_once(part, '=');
      if (key == "name") {
        text.item(value.value_or(""));
      } else if (!key.empty()) {
        std::string label(key);
        label[0] = static_cast<char>(label[0] & ~0x20);
        text.line(3, label, value.value_or(""));
      }
    }
  }
}

void storage(Text& text, const Json& info) {
  text.optional("Storage Driver", "Driver");
  for (const Json& pair : info.at("DriverStatus").items())
    if (pair.items().size() == 2) text.line(2, pair.items()[0].text(), pair.items()[1].text());
  text.optional("Logging Driver", "LoggingDriver");
  text.optional("Cgroup Driver", "CgroupDriver");
  text.optional("Cgroup Version", "CgroupVersion");
  const Json& plugins = info.at("Plugins");
  text.heading("Plugins");
  text.words(2, "Volume", plugins.at("Volume"));
  text.words(2, "Network", plugins.at("Network"));
  text.words(2, "Log", plugins.at("Log"));
}

void runtimes(Text& text, const Json& info) {
  const auto& swarm = info.at("Swarm").at("LocalNodeState").text();
  text.line(1, "Swarm", swarm.empty() ? "inactive" : swarm);
  std::vector<std::string> names;
  for (const auto& [name, runtime] : info.at("Runtimes").members()) names.push_back(name);
  std::sort(names.begin(), names.end());
  if (!names.empty()) {
    text.line(1, "Runtimes", join(names, " "));
    text.member(1, "Default Runtime", "DefaultRuntime");
  }
  text.optional("Init Binary", "InitBinary");
}

std::string server_text(const Json& info) {
  std::string out = "Server:\n";
  Text text(info, out);
  text.member(1, "Containers", "Containers");
  text.member(2, "Running", "ContainersRunning");
  text.member(2, "Paused", "ContainersPaused");
  text.member(2, "Stopped", "ContainersStopped");
  text.member(1, "Images", "Images");
  text.optional("Server Version", "ServerVersion");
  storage(text, info);
  runtimes(text, info);
  security(text, info);
  text.optional("Kernel Version", "KernelVersion");
  text.optional("Operating System", "OperatingSystem");
  text.optional("OSType", "OSType");
  text.optional("Architecture", "Architecture");
  text.member(1, "CPUs", "NCPU");
  text.line(1, "Total Memory", api::binary_size(info.at("MemTotal").as_double()));
  text.optional("Name", "Name");
  text.optional("ID", "ID");
  text.optional("Docker Root Dir", "DockerRootDir");
  text.member(1, "Debug Mode", "Debug");
  text.optional("HTTP Proxy", "HttpProxy");
  text.optional("HTTPS Proxy", "HttpsProxy");
  text.optional("No Proxy", "NoProxy");
  if (!info.at("Labels").items().empty()) {
    text.heading("Labels");
    for (const Json& label : info.at("Labels").items()) text.item(label.text());
  }
  text.member(1, "Experimental", "ExperimentalBuild");
  const auto& insecure = info.at("RegistryConfig").at("InsecureRegistryCIDRs").items();
  if (!insecure.empty()) {
    text.heading("Insecure Registries");
    for (const Json& range : insecure) text.item(range.text());
  }
  text.member(1, "Live Restore Enabled", "LiveRestoreEnabled");
  return out + "\n";
}

Result<int> info(Invocation& invocation) {
  const std::string format = invocation.flags.text("format");
  auto server = invocation.daemon.get("/info");
  if (format.empty()) {
    print_out(
        fmt::format("Client: Hexad\n Version:    {}\n Context:    default\n Debug Mode: {}\n\n",
                    kVersion, invocation.debug));
    if (server) {
      print_out(server_text(*server));
      for (const Json& warning : server->at("Warnings").items()) print_err(warning.text());
      return 0;
    }
    print_out("Server:\n");
    return fail(server.error().code, "{}", server.error().message);
  }
  Json object = TRY(std::move(server));
  object.set("ClientInfo", Json::object({{"Debug", Json::boolean(invocation.debug)},
                                         {"Version", Json::string(kVersion)},
                                         {"Context", Json::string("default")}}));
  return print_object(format, object, "system.dockerInfo", "");
}

}  // namespace

const Command kInfo{.names = "system info|info",
                    .usage = "[OPTIONS]",
                    .summary = "Show what the daemon says of itself and its host",
                    .flags = kFlags,
                    .run = info};

}  // namespace hexad::client
