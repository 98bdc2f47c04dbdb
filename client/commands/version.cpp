// version: ours, and the daemon's when it answers.
#include <fmt/format.h>
#include <sys/utsname.h>

#include <array>

#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/formatting.hpp"
#include "client/times.hpp"
#include "client/version.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::array kFlags{FlagSpec{"format", 'f', FlagKind::text, kObjectFormatHelp}};

std::string_view go_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
  return "unknown";
#endif
}

Json client_version(const Daemon& daemon) {
  Json json = Json::object();
  const auto text = [&](std::string_view name, std::string_view value) {
    json.set(name, Json::string(value));
  };
  text("Version", kVersion);
  text("ApiVersion", daemon.version());
  text("DefaultAPIVersion", api::kApiVersion);
  text("GitCommit", kCommit);
  text("GoVersion", "");
  text("Os", "linux");
  text("Arch", go_architecture());
  text("BuildTime", "");
  text("Context", "default");
  return json;
}

std::string field(int indent, std::string_view name, std::string_view value) {
  return fmt::format("{:{}}{:<{}}{}\n", "", indent, fmt::format("{}:", name), 20 - indent, value);
}

std::string client_text(const Json& client) {
  std::string api = client.at("ApiVersion").text();
  if (const auto& own = client.at("DefaultAPIVersion").text(); own != api)
    api += fmt::format(" (downgraded from {})", own);
  return "Client: Hexad\n" + field(1, "Version", client.at("Version").text()) +
         field(1, "API version", api) + field(1, "Git commit", client.at("GitCommit").text()) +
         field(1, "OS/Arch",
               fmt::format("{}/{}", client.at("Os").text(), client.at("Arch").text()));
}

std::string build_time(const std::string& text) {
  const auto ns = parse_time(text);
  return ns ? ansi_time(*ns) : text;
}

std::string component_text(const Json& component) {
  const Json& details = component.at("Details");
  std::string out = fmt::format(" {}:\n", component.at("Name").text());
  out += field(2, "Version", component.at("Version").text());
  if (const Json* api = details.find("ApiVersion"))
    out += field(
        2, "API version",
        fmt::format("{} (minimum version {})", api->text(), details.at("MinAPIVersion").text()));
  if (const Json* go = details.find("GoVersion"); go != nullptr && !go->text().empty())
    out += field(2, "Go version", go->text());
  if (const Json* commit = details.find("GitCommit")) out += field(2, "Git commit", commit->text());
  if (const Json* built = details.find("BuildTime"); built != nullptr && !built->text().empty())
    out += field(2, "Built", build_time(built->text()));
  if (const Json* os = details.find("Os"))
    out += field(2, "OS/Arch", fmt::format("{}/{}", os->text(), details.at("Arch").text()));
  if (const Json* experimental = details.find("Experimental"))
    out += field(2, "Experimental", experimental->text());
  return out;
}

std::string server_text(const Json& server) {
  const auto& platform = server.at("Platform").at("Name").text();
  std::string out = fmt::format("\nServer:{}{}\n", platform.empty() ? "" : " ", platform);
  for (const Json& component : server.at("Components").items()) out += component_text(component);
  return out;
}

Result<int> version(Invocation& invocation) {
  const std::string format = invocation.flags.text("format");
  auto server = invocation.daemon.get("/version");
  const Json client = client_version(invocation.daemon);
  if (format.empty()) {
    print_out(client_text(client) + (server ? server_text(*server) : ""));
    if (server) return 0;
    return fail(server.error().code, "{}", server.error().message);
  }
  Json both = Json::object({{"Client", client}, {"Server", server ? *server : Json{}}});
  const int code = print_object(format, both, "system.versionInfo", "version");
  if (code != 0 || server) return code;
  return fail(server.error().code, "{}", server.error().message);
}

}  // namespace

const Command kVersionCommand{.names = "version",
                              .usage = "[OPTIONS]",
                              .summary = "Show the versions of client and daemon",
                              .flags = kFlags,
                              .run = version};

}  // namespace hexad::client
