// Flags to the host's side of a container: limits, namespaces, mounts, security.
#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "api/mount_spec.hpp"
#include "api/ports.hpp"
#include "api/units.hpp"
#include "client/json_value.hpp"
#include "client/run_flags.hpp"
#include "client/terminal.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

void fill(api::Strings& target, std::vector<std::string> values) {
  target.present = !values.empty();
  target.assign(values.begin(), values.end());
}

void fill(api::StringMap& target, const std::vector<std::string>& pairs) {
  for (const std::string& pair : pairs) {
    const auto [key, value] = split_once(pair, '=');
    target.insert_or_assign(std::string(key), std::string(value.value_or("")));
  }
  target.present = !target.empty();
}

std::int64_t bytes(const ParsedFlags& flags, std::string_view name) {
  const std::string text = flags.text(name);
  if (text == "-1") return -1;
  return text.empty() ? 0 : api::parse_size(text).value_or(0);
}

Result<> add_mounts(const ParsedFlags& flags, api::HostConfig& host) {
  for (std::string volume : flags.list("volume")) {
    if (volume.find(':') == std::string::npos) continue;  // anonymous, in the configuration
    if (volume.starts_with('.')) {
      std::array<char, PATH_MAX> here{};
      if (::getcwd(here.data(), here.size()) == nullptr) return sys_fail("getcwd");
      const auto [source, rest] = split_once(volume, ':');
      volume = fmt::format("{}:{}", api::clean_path(fmt::format("{}/{}", here.data(), source)),
                           rest.value_or(""));
    }
    host.binds.push_back(std::move(volume));
    host.binds.present = true;
  }
  for (const std::string& mount : flags.list("mount")) {
    host.mounts.push_back(TRY(parse_mount_option(mount)));
    host.mounts.present = true;
  }
  for (const std::string& tmpfs : flags.list("tmpfs")) {
    const auto [path, options] = split_once(tmpfs, ':');
    host.tmpfs.insert_or_assign(std::string(path), std::string(options.value_or("")));
    host.tmpfs.present = true;
  }
  fill(host.volumes_from, flags.list("volumes-from"));
  host.volume_driver = flags.text("volume-driver");
  return {};
}

Result<> add_ports(const ParsedFlags& flags, api::HostConfig& host) {
  host.port_bindings.present = true;
  for (const std::string& spec : flags.list("publish"))
    for (const auto& [key, binding] : TRY(api::parse_publish(spec)))
      host.port_bindings[key].push_back(binding);
  host.publish_all_ports = flags.on("publish-all");
  return {};
}

Result<> add_restart_policy(const ParsedFlags& flags, api::HostConfig& host) {
  const std::string text = flags.text("restart");
  const auto [name, count] = split_once(text, ':');
  if (text.empty()) return {};
  if (name.empty())
    return fail(Code::invalid_argument,
                "invalid restart policy format: no policy provided before colon");
  host.restart_policy.name = name;
  if (count) {
    const auto number = parse_int(*count);
    if (!number)
      return fail(Code::invalid_argument,
                  "invalid restart policy format: maximum retry count must be an integer");
    host.restart_policy.maximum_retry_count = static_cast<int>(*number);
  }
  host.auto_remove = flags.on("rm");
  if (host.auto_remove && name != "no")
    return fail(Code::invalid_argument,
                "conflicting options: cannot specify both --restart and --rm");
  return {};
}

Result<> add_logging(const ParsedFlags& flags, api::HostConfig& host) {
  host.log_config.type = flags.text("log-driver");
  const auto options = flags.list("log-opt");
  if (host.log_config.type == "none" && !options.empty())
    return fail(Code::invalid_argument, "invalid logging opts for driver none");
  fill(host.log_config.config, options);
  host.log_config.config.present = true;
  return {};
}

// A profile is sent as its text; the daemon does not read files of the client.
Result<std::string> seccomp_option(std::string_view profile) {
  if (profile == "unconfined" || profile == "builtin") return fmt::format("seccomp={}", profile);
  const auto text = read_file(std::string(profile), 16U << 20);
  if (!text)
    return fail(Code::invalid_argument, "opening seccomp profile ({}) failed: open {}: {}", profile,
                profile, to_lower(std::strerror(text.error().sys_errno)));
  const auto json = parse_json(*text);
  if (!json)
    return fail(Code::invalid_argument, "compacting json for seccomp profile ({}) failed: {}",
                profile, json.error().message);
  return "seccomp=" + json->dump();
}

Result<> add_security(const ParsedFlags& flags, api::HostConfig& host) {
  for (const std::string& option : flags.list("security-opt")) {
    const auto separator = option.find_first_of("=:");
    const std::string_view name = std::string_view(option).substr(0, separator);
    if (separator == std::string::npos && name != "no-new-privileges")
      return fail(Code::invalid_argument, "Invalid --security-opt: \"{}\"", option);
    if (option == "systempaths=unconfined") {
      host.masked_paths.emplace();
      host.readonly_paths.emplace();
      continue;
    }
    if (name == "seccomp" && separator != std::string::npos) {
      host.security_opt.push_back(
          TRY(seccomp_option(std::string_view(option).substr(separator + 1))));
    } else {
      host.security_opt.push_back(option);
    }
    host.security_opt.present = true;
  }
  fill(host.cap_add, flags.list("cap-add"));
  fill(host.cap_drop, flags.list("cap-drop"));
  fill(host.group_add, flags.list("group-add"));
  host.privileged = flags.on("privileged");
  host.readonly_rootfs = flags.on("read-only");
  return {};
}

// "host", "container:NAME", "", and what the namespace allows besides.
Result<> check_mode(std::string_view flag, std::string_view what, std::string_view mode,
                    std::initializer_list<std::string_view> allowed, bool container = false) {
  if (mode.empty() || (container && mode.starts_with("container:") && mode.size() > 10)) return {};
  for (const std::string_view known : allowed)
    if (mode == known) return {};
  return fail(Code::invalid_argument, "--{}: invalid {} mode", flag, what);
}

Result<> add_namespaces(const ParsedFlags& flags, api::HostConfig& host) {
  host.pid_mode = flags.text("pid");
  host.ipc_mode = flags.text("ipc");
  host.uts_mode = flags.text("uts");
  host.userns_mode = flags.text("userns");
  host.cgroupns_mode = flags.text("cgroupns");
  TRY(check_mode("pid", "PID", host.pid_mode, {"host"}, true));
  TRY(check_mode("uts", "UTS", host.uts_mode, {"host"}));
  TRY(check_mode("userns", "USER", host.userns_mode, {"host"}));
  TRY(check_mode("cgroupns", "CGROUP", host.cgroupns_mode, {"host", "private"}));
  host.runtime = flags.text("runtime");
  host.isolation = flags.text("isolation");
  host.cgroup_parent = flags.text("cgroup-parent");
  return {};
}

Result<> add_devices(const ParsedFlags& flags, api::HostConfig& host) {
  for (const std::string& device : flags.list("device")) {
    host.devices.push_back(TRY(parse_device(device)));
    host.devices.present = true;
  }
  fill(host.device_cgroup_rules, flags.list("device-cgroup-rule"));
  const auto throttle = [&](std::string_view name, bool is_bytes, auto& target) -> Result<> {
    for (const std::string& text : flags.list(name)) {
      const auto [path, rate] = split_once(text, ':');
      if (!rate || rate->empty()) return fail(Code::invalid_argument, "bad format: {}", text);
      if (!path.starts_with("/dev/"))
        return fail(Code::invalid_argument, "bad format for device path: {}", text);
      const auto number =
          is_bytes ? api::parse_size(*rate) : Result<std::int64_t>(parse_int(*rate).value_or(-1));
      if (!number || *number < 0)
        return fail(Code::invalid_argument, "invalid rate for device: {}", text);
      target.push_back({std::string(path), static_cast<std::uint64_t>(*number)});
      target.present = true;
    }
    return {};
  };
  TRY(throttle("device-read-bps", true, host.blkio_device_read_bps));
  TRY(throttle("device-write-bps", true, host.blkio_device_write_bps));
  TRY(throttle("device-read-iops", false, host.blkio_device_read_iops));
  TRY(throttle("device-write-iops", false, host.blkio_device_write_iops));
  for (const std::string& text : flags.list("blkio-weight-device")) {
    const auto [path, weight] = split_once(text, ':');
    const auto number = parse_uint(weight.value_or(""));
    if (!path.starts_with("/dev/") || !number || *number > 1000)
      return fail(Code::invalid_argument, "invalid weight for device: {}", text);
    host.blkio_weight_device.push_back({std::string(path), static_cast<std::uint16_t>(*number)});
    host.blkio_weight_device.present = true;
  }
  return {};
}

Result<> add_resources(const ParsedFlags& flags, api::HostConfig& host) {
  const std::int64_t swappiness = flags.number("memory-swappiness");
  if (swappiness != -1 && (swappiness < 0 || swappiness > 100))
    return fail(Code::invalid_argument, "invalid value: {}. Valid memory swappiness range is 0-100",
                swappiness);
  host.memory_swappiness = swappiness;
  host.memory = bytes(flags, "memory");
  host.memory_reservation = bytes(flags, "memory-reservation");
  host.memory_swap = bytes(flags, "memory-swap");
  host.kernel_memory = bytes(flags, "kernel-memory");
  host.shm_size = bytes(flags, "shm-size");
  host.cpu_shares = flags.number("cpu-shares");
  host.cpu_period = flags.number("cpu-period");
  host.cpu_quota = flags.number("cpu-quota");
  host.cpu_realtime_period = flags.number("cpu-rt-period");
  host.cpu_realtime_runtime = flags.number("cpu-rt-runtime");
  host.cpuset_cpus = flags.text("cpuset-cpus");
  host.cpuset_mems = flags.text("cpuset-mems");
  if (flags.has("cpus"))
    host.nano_cpus = std::llround(std::strtod(flags.text("cpus").c_str(), nullptr) * 1e9);
  host.pids_limit = flags.number("pids-limit");
  host.blkio_weight = static_cast<std::uint16_t>(flags.number("blkio-weight"));
  host.oom_kill_disable = flags.on("oom-kill-disable");
  host.oom_score_adj = static_cast<int>(flags.number("oom-score-adj"));
  for (const std::string& ulimit : flags.list("ulimit")) {
    host.ulimits.push_back(TRY(parse_ulimit(ulimit)));
    host.ulimits.present = true;
  }
  return {};
}

}  // namespace

Result<api::Ulimit> parse_ulimit(std::string_view text) {
  const auto [name, limits] = split_once(text, '=');
  if (!limits || name.empty() || limits->empty())
    return fail(Code::invalid_argument, "invalid ulimit argument: {}", text);
  static constexpr std::array kNames{
      "as",   "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue",
      "nice", "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack"};
  bool known = false;
  for (const std::string_view candidate : kNames) known = known || candidate == name;
  if (!known) return fail(Code::invalid_argument, "invalid ulimit type: {}", name);
  const auto [soft_text, hard_text] = split_once(*limits, ':');
  const auto soft = parse_int(soft_text);
  const auto hard = hard_text ? parse_int(*hard_text) : soft;
  if (!soft || !hard)
    return fail(Code::invalid_argument, "strconv.ParseInt: parsing \"{}\": invalid syntax",
                soft ? hard_text.value_or("") : soft_text);
  if (*hard != -1 && (*soft > *hard || *soft == -1))
    return fail(Code::invalid_argument,
                "ulimit soft limit must be less than or equal to hard limit: {} > {}", *soft,
                *hard);
  return api::Ulimit{std::string(name), *soft, *hard};
}

Result<api::DeviceMapping> parse_device(std::string_view text) {
  const auto is_mode = [](std::string_view mode) {
    return !mode.empty() && mode.find_first_not_of("rwm") == std::string_view::npos;
  };
  const auto parts = split(text, ':');
  if (parts.empty() || parts[0].empty() || parts.size() > 3)
    return fail(Code::invalid_argument, "bad format for path: {}", text);
  api::DeviceMapping device{std::string(parts[0]), std::string(parts[0]), "rwm"};
  if (parts.size() == 2) {
    (is_mode(parts[1]) ? device.cgroup_permissions : device.path_in_container) = parts[1];
  } else if (parts.size() == 3) {
    if (!is_mode(parts[2])) return fail(Code::invalid_argument, "bad mode specified: {}", parts[2]);
    device.path_in_container = parts[1];
    device.cgroup_permissions = parts[2];
  }
  if (!device.path_in_container.starts_with('/'))
    return fail(Code::invalid_argument, "{} is not an absolute path", device.path_in_container);
  return device;
}

Result<api::HostConfig> host_config(const ParsedFlags& flags) {
  api::HostConfig host;
  host.container_id_file = flags.text("cidfile");
  TRY(add_resources(flags, host));
  TRY(add_mounts(flags, host));
  TRY(add_ports(flags, host));
  TRY(add_restart_policy(flags, host));
  TRY(add_logging(flags, host));
  TRY(add_security(flags, host));
  TRY(add_namespaces(flags, host));
  TRY(add_devices(flags, host));
  fill(host.dns, flags.list("dns"));
  fill(host.dns_options, flags.list("dns-option"));
  fill(host.dns_search, flags.list("dns-search"));
  host.dns.present = host.dns_options.present = host.dns_search.present = true;
  fill(host.extra_hosts, flags.list("add-host"));
  fill(host.links, flags.list("link"));
  fill(host.sysctls, flags.list("sysctl"));
  fill(host.annotations, flags.list("annotation"));
  fill(host.storage_opt, flags.list("storage-opt"));
  if (flags.has("init")) host.init = flags.on("init");
  host.console_size.emplace();
  if (flags.on("tty"))
    if (const auto size = terminal_size(STDOUT_FILENO))
      *host.console_size = {size->rows, size->columns};
  return host;
}

}  // namespace hexad::client
