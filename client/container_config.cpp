// Flags to the configuration of a container: what runs in it.
#include <fmt/format.h>

#include "api/duration.hpp"
#include "api/ports.hpp"
#include "client/env_file.hpp"
#include "client/run_flags.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

void add_pair(api::StringMap& map, std::string_view text) {
  const auto [key, value] = split_once(text, '=');
  map.insert_or_assign(std::string(key), std::string(value.value_or("")));
}

Result<> add_labels(const ParsedFlags& flags, api::ContainerConfig& config) {
  config.labels.present = true;
  for (const std::string& path : flags.list("label-file"))
    for (const std::string& pair : TRY(read_pairs_file(path, false))) add_pair(config.labels, pair);
  for (const std::string& pair : flags.list("label")) add_pair(config.labels, pair);
  return {};
}

// A later value replaces an earlier one of the same name, at the earlier one's place.
void add_variable(api::Strings& env, std::string pair) {
  const std::string name(split_once(pair, '=').first);
  for (std::string& known : env) {
    if (split_once(known, '=').first == name) {
      known = std::move(pair);
      return;
    }
  }
  env.push_back(std::move(pair));
  env.present = true;
}

Result<> add_environment(const ParsedFlags& flags, api::ContainerConfig& config) {
  for (const std::string& path : flags.list("env-file"))
    for (std::string& pair : TRY(read_pairs_file(path, true)))
      add_variable(config.env, std::move(pair));
  for (const std::string& variable : flags.list("env"))
    add_variable(config.env, TRY(resolve_variable(variable)));
  return {};
}

Result<> add_ports(const ParsedFlags& flags, api::ContainerConfig& config) {
  for (const std::string& spec : flags.list("publish"))
    for (const auto& [key, binding] : TRY(api::parse_publish(spec)))
      config.exposed_ports.insert(key);
  for (const std::string& spec : flags.list("expose"))
    for (const std::string& key : TRY(api::parse_expose(spec))) config.exposed_ports.insert(key);
  config.exposed_ports.present = !config.exposed_ports.empty();
  return {};
}

Result<> add_healthcheck(const ParsedFlags& flags, api::ContainerConfig& config) {
  const auto duration = [&](std::string_view name) {
    return flags.has(name) ? api::parse_duration(flags.text(name)).value_or(0) : 0;
  };
  bool any = false;
  for (const char* name : {"health-cmd", "health-interval", "health-timeout", "health-retries",
                           "health-start-period", "health-start-interval"})
    any = any || flags.has(name);
  if (flags.on("no-healthcheck")) {
    if (any)
      return fail(Code::invalid_argument, "--no-healthcheck conflicts with --health-* options");
    config.healthcheck.emplace();
    config.healthcheck->test.assign({"NONE"});
    config.healthcheck->test.present = true;
    return {};
  }
  if (!any) return {};
  api::Healthcheck check;
  if (const std::string command = flags.text("health-cmd"); !command.empty()) {
    check.test.assign({"CMD-SHELL", command});
    check.test.present = true;
  }
  check.interval = duration("health-interval");
  check.timeout = duration("health-timeout");
  check.start_period = duration("health-start-period");
  check.start_interval = duration("health-start-interval");
  check.retries = static_cast<int>(flags.number("health-retries"));
  for (const auto& [name, value] :
       {std::pair<const char*, std::int64_t>{"--health-interval", check.interval},
        {"--health-timeout", check.timeout},
        {"--health-retries", check.retries},
        {"--health-start-period", check.start_period},
        {"--health-start-interval", check.start_interval}})
    if (value < 0) return fail(Code::invalid_argument, "{} cannot be negative", name);
  config.healthcheck = check;
  return {};
}

void add_streams(const ParsedFlags& flags, api::ContainerConfig& config) {
  config.tty = flags.on("tty");
  config.open_stdin = flags.on("interactive");
  const auto streams = flags.list("attach");
  config.attach_stdin = config.open_stdin;
  config.attach_stdout = config.attach_stderr = streams.empty();
  for (const std::string& stream : streams) {
    const std::string name = to_lower(stream);
    if (name == "stdin") config.attach_stdin = true;
    if (name == "stdout") config.attach_stdout = true;
    if (name == "stderr") config.attach_stderr = true;
  }
  if (flags.on("detach")) config.attach_stdin = config.attach_stdout = config.attach_stderr = false;
  config.stdin_once = config.open_stdin && config.attach_stdin;
}

}  // namespace

Result<api::ContainerConfig> container_config(const ParsedFlags& flags) {
  api::ContainerConfig config;
  config.hostname = flags.text("hostname");
  config.domainname = flags.text("domainname");
  config.user = flags.text("user");
  config.working_dir = flags.text("workdir");
  config.image = flags.args[0];
  if (flags.args.size() > 1)
    config.cmd = std::vector<std::string>(flags.args.begin() + 1, flags.args.end());
  // An empty --entrypoint is sent as [""]: it takes the image's away.
  if (flags.has("entrypoint")) config.entrypoint = std::vector{flags.text("entrypoint")};
  config.mac_address = flags.text("mac-address");
  config.stop_signal = flags.text("stop-signal");
  if (flags.has("stop-timeout"))
    config.stop_timeout = static_cast<int>(flags.number("stop-timeout"));
  add_streams(flags, config);
  TRY(add_labels(flags, config));
  TRY(add_environment(flags, config));
  TRY(add_ports(flags, config));
  TRY(add_healthcheck(flags, config));
  config.volumes.present = true;
  for (const std::string& volume : flags.list("volume"))
    if (volume.find(':') == std::string::npos) config.volumes.insert(volume);
  return config;
}

Result<api::CreateRequest> create_request(const ParsedFlags& flags) {
  api::CreateRequest request;
  request.config = TRY(container_config(flags));
  request.host_config = TRY(host_config(flags));
  NetworkChoice network = TRY(network_choice(flags));
  request.host_config.network_mode = std::move(network.mode);
  request.networking_config = std::move(network.endpoints);
  return request;
}

}  // namespace hexad::client
