#include "daemon/containers/validate.hpp"

#include <array>

#include "api/signals.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

constexpr std::int64_t kMinMemory = 6 << 20;

Result<> check_config(const api::ContainerConfig& config) {
  if (!config.working_dir.empty() && config.working_dir.front() != '/')
    return fail(Code::invalid_argument,
                "the working directory '{}' is invalid, it needs to be an absolute path",
                config.working_dir);
  for (const auto& entry : config.env) {
    if (entry.empty() || entry.front() == '=')
      return fail(Code::invalid_argument, "invalid environment variable: {}", entry);
  }
  if (!config.stop_signal.empty()) TRY(api::parse_signal(config.stop_signal));
  if (config.stop_timeout && *config.stop_timeout < -1)
    return fail(Code::invalid_argument, "invalid stop timeout {}", *config.stop_timeout);
  if (config.hostname.size() > 63)
    return fail(Code::invalid_argument, "invalid hostname format: {}", config.hostname);
  return {};
}

Result<> check_memory(const api::HostConfig& host) {
  if (host.memory < 0 || (host.memory > 0 && host.memory < kMinMemory))
    return fail(Code::invalid_argument, "Minimum memory limit allowed is 6MB");
  if (host.memory > 0 && host.memory_swap > 0 && host.memory_swap < host.memory)
    return fail(Code::invalid_argument,
                "Minimum memoryswap limit should be larger than memory limit, see usage");
  if (host.memory == 0 && host.memory_swap > 0)
    return fail(Code::invalid_argument,
                "You should always set the Memory limit when using Memoryswap limit, see usage");
  if (host.memory_swappiness && (*host.memory_swappiness < -1 || *host.memory_swappiness > 100))
    return fail(Code::invalid_argument, "Invalid value: {}, valid memory swappiness range is 0-100",
                *host.memory_swappiness);
  if (host.memory_reservation > 0 && host.memory_reservation < kMinMemory)
    return fail(Code::invalid_argument, "Minimum memory reservation allowed is 6MB");
  if (host.memory > 0 && host.memory_reservation > host.memory)
    return fail(Code::invalid_argument,
                "Minimum memory limit can not be less than memory reservation limit, see usage");
  if (host.shm_size < 0) return fail(Code::invalid_argument, "SHM size can not be less than 0");
  return {};
}

Result<> check_cpu(const api::HostConfig& host, const HostFacts& facts) {
  constexpr std::int64_t kNano = 1'000'000'000;
  if (host.nano_cpus < 0 || host.nano_cpus > facts.cpus * kNano)
    return fail(Code::invalid_argument,
                "range of CPUs is from 0.01 to {0}.00, as there are only {0} CPUs available",
                facts.cpus);
  if (host.nano_cpus > 0 && host.cpu_period > 0)
    return fail(Code::invalid_argument,
                "conflicting options: Nano CPUs and CPU Period cannot both be set");
  if (host.nano_cpus > 0 && host.cpu_quota > 0)
    return fail(Code::invalid_argument,
                "conflicting options: Nano CPUs and CPU Quota cannot both be set");
  if (host.cpu_period != 0 && (host.cpu_period < 1000 || host.cpu_period > 1'000'000))
    return fail(
        Code::invalid_argument,
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
  if (host.cpu_quota > 0 && host.cpu_quota < 1000)
    return fail(Code::invalid_argument, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
  if (host.cpu_shares < 0)
    return fail(Code::invalid_argument, "invalid CPU shares ({}): value must be a positive integer",
                host.cpu_shares);
  if (host.blkio_weight != 0 && (host.blkio_weight < 10 || host.blkio_weight > 1000))
    return fail(Code::invalid_argument, "range of blkio weight is from 10 to 1000");
  return {};
}

Result<> check_restart(const api::HostConfig& host) {
  const auto& policy = host.restart_policy;
  constexpr std::array<std::string_view, 5> kNames{"", "no", "always", "unless-stopped",
                                                   "on-failure"};
  bool known = false;
  for (const auto name : kNames) known = known || policy.name == name;
  if (!known)
    return fail(Code::invalid_argument,
                "invalid restart policy: unknown policy '{}'; use one of 'no', 'always', "
                "'on-failure', or 'unless-stopped'",
                policy.name);
  if (policy.name != "on-failure" && policy.maximum_retry_count != 0)
    return fail(Code::invalid_argument,
                "invalid restart policy: maximum retry count can only be used with 'on-failure'");
  if (policy.maximum_retry_count < 0)
    return fail(Code::invalid_argument,
                "invalid restart policy: maximum retry count cannot be negative");
  if (host.auto_remove && !policy.name.empty() && policy.name != "no")
    return fail(Code::invalid_argument, "can't create 'AutoRemove' container with restart policy");
  return {};
}

Result<> check_modes(const api::ContainerConfig& config, const api::HostConfig& host) {
  const bool joins = host.network_mode.starts_with("container:");
  if (joins && !config.hostname.empty())
    return fail(Code::invalid_argument, "conflicting options: hostname and the network mode");
  if (joins && !host.port_bindings.empty())
    return fail(Code::invalid_argument,
                "conflicting options: port publishing and the container type network mode");
  if (joins && !config.exposed_ports.empty() && host.publish_all_ports)
    return fail(Code::invalid_argument,
                "conflicting options: port exposing and the container type network mode");
  if (!host.uts_mode.empty() && host.uts_mode != "host")
    return fail(Code::invalid_argument, "invalid UTS mode: {}", host.uts_mode);
  if (host.uts_mode == "host" && !config.hostname.empty())
    return fail(Code::invalid_argument, "conflicting options: hostname and the UTS mode");
  if (!host.pid_mode.empty() && host.pid_mode != "host" && !host.pid_mode.starts_with("container:"))
    return fail(Code::invalid_argument, "invalid PID mode: {}", host.pid_mode);
  const auto& ipc = host.ipc_mode;
  if (ipc != "private" && ipc != "shareable" && ipc != "host" && ipc != "none" &&
      !ipc.starts_with("container:"))
    return fail(Code::invalid_argument, "invalid IPC mode: {}", ipc);
  if (host.cgroupns_mode != "private" && host.cgroupns_mode != "host")
    return fail(Code::invalid_argument, "invalid cgroup namespace mode: {}", host.cgroupns_mode);
  if (!host.userns_mode.empty() && host.userns_mode != "host")
    return fail(Code::invalid_argument, "invalid user namespace mode: {}", host.userns_mode);
  return {};
}

// What is not built is refused, never ignored.
Result<> check_built(const api::HostConfig& host) {
  const auto missing = [](std::string_view what) {
    return fail(Code::not_implemented, "{} is not supported by hexad yet", what);
  };
  if (!host.volumes_from.empty()) return missing("VolumesFrom");
  if (!host.links.empty()) return missing("Links");
  if (!host.device_requests.empty()) return missing("DeviceRequests");
  if (!host.storage_opt.empty()) return missing("StorageOpt");
  if (!host.cgroup_parent.empty()) return missing("CgroupParent");
  if (host.ipc_mode == "none") return missing("IpcMode none");
  if (host.cpu_realtime_period != 0 || host.cpu_realtime_runtime != 0)
    return missing("CPU real-time scheduling");
  if (!host.volume_driver.empty() && host.volume_driver != "local")
    return fail(Code::invalid_argument,
                "error looking up volume plugin {0}: plugin \"{0}\" not found", host.volume_driver);
  if (!host.isolation.empty() && host.isolation != "default")
    return fail(Code::invalid_argument, "invalid isolation '{}' on linux", host.isolation);
  if (host.runtime != "runc" && host.runtime != "hexad" && host.runtime != "io.containerd.runc.v2")
    return fail(Code::invalid_argument, "unknown or invalid runtime name: {}", host.runtime);
  const auto& log = host.log_config;
  if (log.type != "json-file" && log.type != "none") {
    if (log.type == "local" || log.type == "journald" || log.type == "syslog")
      return missing(fmt::format("log driver {}", log.type));
    return fail(Code::invalid_argument, "logger: no log driver named '{}' is registered", log.type);
  }
  for (const auto& [key, value] : log.config) {
    if (key != "max-size" && key != "max-file")
      return log.type == "none" ? Result<>{}
             : key == "labels" || key == "env" || key == "tag" || key == "compress" ||
                     key == "mode" || key == "labels-regex" || key == "env-regex" ||
                     key == "max-buffer-size"
                 ? Result<>(missing(fmt::format("log option {}", key)))
                 : Result<>(fail(Code::invalid_argument,
                                 "unknown log opt '{}' for json-file log driver", key));
  }
  return {};
}

}  // namespace

Result<> validate(const api::ContainerConfig& config, const api::HostConfig& host,
                  const HostFacts& facts) {
  TRY(check_config(config));
  TRY(check_memory(host));
  TRY(check_cpu(host, facts));
  TRY(check_restart(host));
  TRY(check_modes(config, host));
  return check_built(host);
}

}  // namespace hexad::containers
