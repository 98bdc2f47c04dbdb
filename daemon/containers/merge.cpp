#include "daemon/containers/merge.hpp"

#include <algorithm>

#include "libcontainer/rootfs/rootfs.hpp"

namespace hexad::containers {
namespace {

std::string_view key_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

void merge_env(api::Strings& env, const api::Strings& image) {
  for (const auto& entry : image) {
    const bool known = std::any_of(env.begin(), env.end(), [&](const std::string& mine) {
      return key_of(mine) == key_of(entry);
    });
    if (!known) env.push_back(entry);
  }
  env.present = true;
}

}  // namespace

Result<> merge_image_config(api::ContainerConfig& config, const api::ImageConfig& image) {
  if (config.user.empty()) config.user = image.user;
  for (const auto& port : image.exposed_ports) {
    config.exposed_ports.insert(port);
    config.exposed_ports.present = true;
  }
  merge_env(config.env, image.env);
  config.labels.present = true;
  for (const auto& [key, value] : image.labels) config.labels.try_emplace(key, value);
  if (!config.entrypoint || config.entrypoint->empty()) {
    if (!config.cmd || config.cmd->empty()) {
      config.cmd = image.cmd;
      config.args_escaped = image.args_escaped;
    }
    if (!config.entrypoint) config.entrypoint = image.entrypoint;
  }
  // `--entrypoint ""` arrives as [""]: no entrypoint at all.
  if (config.entrypoint && config.entrypoint->size() == 1 && config.entrypoint->front().empty())
    config.entrypoint.reset();
  if (image.healthcheck && !config.healthcheck) config.healthcheck = image.healthcheck;
  if (config.working_dir.empty()) config.working_dir = image.working_dir;
  for (const auto& volume : image.volumes) {
    config.volumes.insert(volume);
    config.volumes.present = true;
  }
  if (config.stop_signal.empty()) config.stop_signal = image.stop_signal;
  if (!config.shell.present) config.shell = image.shell;
  if (command_line(config).empty()) return fail(Code::invalid_argument, "no command specified");
  return {};
}

void fill_host_defaults(api::HostConfig& host) {
  if (host.network_mode.empty()) host.network_mode = "default";
  if (host.ipc_mode.empty()) host.ipc_mode = "private";
  if (host.cgroupns_mode.empty()) host.cgroupns_mode = "private";
  if (host.shm_size == 0) host.shm_size = 64 << 20;
  if (host.runtime.empty()) host.runtime = "runc";
  if (host.log_config.type.empty()) host.log_config.type = "json-file";
  host.log_config.config.present = true;
  host.port_bindings.present = true;
  if (host.memory > 0 && host.memory_swap == 0) host.memory_swap = host.memory * 2;
  if (!host.oom_kill_disable) host.oom_kill_disable = false;
  if (!host.console_size) host.console_size = {0, 0};
  if (host.restart_policy.name.empty()) host.restart_policy.name = "no";
  if (host.pids_limit && *host.pids_limit <= 0) host.pids_limit.reset();
  if (!host.masked_paths) {
    host.masked_paths =
        host.privileged ? std::vector<std::string>{} : rootfs::default_masked_paths();
  }
  if (!host.readonly_paths) {
    host.readonly_paths =
        host.privileged ? std::vector<std::string>{} : rootfs::default_readonly_paths();
  }
}

std::vector<std::string> command_line(const api::ContainerConfig& config) {
  std::vector<std::string> out;
  if (config.entrypoint) out = *config.entrypoint;
  if (config.cmd) out.insert(out.end(), config.cmd->begin(), config.cmd->end());
  return out;
}

std::vector<std::string> process_env(const std::vector<std::string>& env, std::string_view hostname,
                                     bool tty) {
  std::vector<std::string> out{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                               fmt::format("HOSTNAME={}", hostname)};
  if (tty) out.emplace_back("TERM=xterm");
  for (const auto& entry : env) {
    const auto key = key_of(entry);
    const auto at = std::find_if(out.begin(), out.end(),
                                 [&](const std::string& e) { return key_of(e) == key; });
    if (entry.find('=') == std::string::npos) {
      if (at != out.end()) out.erase(at);
    } else if (at != out.end()) {
      *at = entry;
    } else {
      out.push_back(entry);
    }
  }
  return out;
}

}  // namespace hexad::containers
