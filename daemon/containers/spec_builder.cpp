#include "daemon/containers/spec_builder.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "api/units.hpp"
#include "daemon/containers/merge.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/rootfs/rootfs.hpp"
#include "libcontainer/security/capabilities.hpp"
#include "libcontainer/security/lsm.hpp"
#include "libcontainer/security/seccomp_compile.hpp"

namespace hexad::containers {
namespace {

struct LimitName {
  std::string_view name;
  int resource;
};
// getrlimit(2), by the names that Docker's --ulimit takes.
constexpr std::array<LimitName, 16> kLimits{{{"as", RLIMIT_AS},
                                             {"core", RLIMIT_CORE},
                                             {"cpu", RLIMIT_CPU},
                                             {"data", RLIMIT_DATA},
                                             {"fsize", RLIMIT_FSIZE},
                                             {"locks", RLIMIT_LOCKS},
                                             {"memlock", RLIMIT_MEMLOCK},
                                             {"msgqueue", RLIMIT_MSGQUEUE},
                                             {"nice", RLIMIT_NICE},
                                             {"nofile", RLIMIT_NOFILE},
                                             {"nproc", RLIMIT_NPROC},
                                             {"rss", RLIMIT_RSS},
                                             {"rtprio", RLIMIT_RTPRIO},
                                             {"rttime", RLIMIT_RTTIME},
                                             {"sigpending", RLIMIT_SIGPENDING},
                                             {"stack", RLIMIT_STACK}}};

Result<process::Rlimit> to_rlimit(const api::Ulimit& limit) {
  for (const auto& known : kLimits) {
    if (known.name != limit.name) continue;
    return process::Rlimit{known.resource, static_cast<std::uint64_t>(limit.soft),
                           static_cast<std::uint64_t>(limit.hard)};
  }
  return fail(Code::invalid_argument, "invalid ulimit type: {}", limit.name);
}

Result<std::vector<process::Rlimit>> rlimits(const api::HostConfig& host, const Options& options) {
  std::vector<process::Rlimit> out;
  std::vector<api::Ulimit> wanted(host.ulimits.begin(), host.ulimits.end());
  for (const auto& preset : options.default_ulimits) {
    const bool given = std::any_of(wanted.begin(), wanted.end(),
                                   [&](const api::Ulimit& u) { return u.name == preset.name; });
    if (!given) wanted.push_back(preset);
  }
  bool nofile = false;
  for (const auto& limit : wanted) {
    out.push_back(TRY(to_rlimit(limit)));
    nofile = nofile || out.back().resource == RLIMIT_NOFILE;
  }
  // systemd's and containerd's default; init lowers it to what it may set.
  if (!nofile) out.push_back({RLIMIT_NOFILE, 1024, 1'048'576});
  return out;
}

process::NsMode mode_of(std::string_view text) {
  if (text == "host") return process::NsMode::host;
  if (text.starts_with("container:")) return process::NsMode::join;
  return process::NsMode::own;
}

Result<process::DeviceNode> to_device(const api::DeviceMapping& device) {
  struct stat st {};
  if (::stat(device.path_on_host.c_str(), &st) != 0)
    return fail(Code::invalid_argument,
                "error gathering device information while adding custom device \"{}\": no such "
                "file or directory",
                device.path_on_host);
  if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
    return fail(
        Code::invalid_argument,
        "error gathering device information while adding custom device \"{}\": not a device node",
        device.path_on_host);
  process::DeviceNode node;
  node.path = device.path_in_container.empty() ? device.path_on_host : device.path_in_container;
  node.source = device.path_on_host;
  node.type = S_ISBLK(st.st_mode) ? 'b' : 'c';
  node.major = major(st.st_rdev);
  node.minor = minor(st.st_rdev);
  node.mode = st.st_mode & 07777U;
  node.uid = st.st_uid;
  node.gid = st.st_gid;
  return node;
}

void set_hostname(process::ContainerSpec& spec, const SpecInput& in) {
  const auto& config = in.container.definition->config;
  spec.hostname = config.hostname;
  spec.domainname = config.domainname;
  if (!spec.hostname.empty()) return;
  spec.hostname = in.container.id.substr(0, 12);
  if (in.network.kind == NetworkPlan::Kind::host ||
      in.container.definition->host.uts_mode == "host") {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0) spec.hostname = name.data();
  }
}

void set_namespaces(process::ContainerSpec& spec, const SpecInput& in) {
  const auto& host = in.container.definition->host;
  auto& ns = spec.ns;
  switch (in.network.kind) {
    case NetworkPlan::Kind::host: ns.net = process::NsMode::host; break;
    case NetworkPlan::Kind::container: ns.net = process::NsMode::join; break;
    case NetworkPlan::Kind::bridge:
    case NetworkPlan::Kind::none: ns.net = process::NsMode::own; break;
  }
  ns.pid = mode_of(host.pid_mode);
  ns.ipc = mode_of(host.ipc_mode);
  ns.uts = mode_of(host.uts_mode);
  ns.cgroup = mode_of(host.cgroupns_mode);
  const bool remap = !in.options.id_map.empty() && host.userns_mode != "host" && !host.privileged;
  if (!remap) return;
  ns.user = true;
  ns.uid_map = in.options.id_map;
  ns.gid_map = in.options.id_map;
}

// The engine's own files come before the user's mounts, which may hide them.
void add_own_files(process::ContainerSpec& spec, const SpecInput& in) {
  const std::string dir = in.network.kind == NetworkPlan::Kind::container
                              ? in.paths.container(in.network.name)
                              : in.paths.container(in.container.id);
  for (const char* name : {"resolv.conf", "hostname", "hosts"}) {
    process::Mount mount;
    mount.source = dir + "/" + name;
    mount.target = std::string("/etc/") + name;
    mount.recursive = true;
    spec.rootfs.mounts.push_back(std::move(mount));
  }
}

Result<> set_rootfs(process::ContainerSpec& spec, SpecInput& in) {
  const auto& host = in.container.definition->host;
  auto& root = spec.rootfs;
  root.lower = in.image.layers;
  root.upper = in.paths.container(in.container.id) + "/upper";
  root.work = in.paths.container(in.container.id) + "/work";
  root.read_only = host.readonly_rootfs;
  root.privileged = host.privileged;
  root.shm_size = static_cast<std::uint64_t>(host.shm_size);
  root.share_host_ipc = host.ipc_mode == "host";
  root.masked_paths = host.masked_paths.value_or(rootfs::default_masked_paths());
  root.readonly_paths = host.readonly_paths.value_or(rootfs::default_readonly_paths());
  for (const auto& device : host.devices) root.devices.push_back(TRY(to_device(device)));
  const bool own_net = spec.ns.net == process::NsMode::own;
  for (const auto& [key, value] : host.sysctls) {
    const auto problem = rootfs::sysctl_problem(key, spec.ns.ipc == process::NsMode::own, own_net);
    if (!problem.empty()) return fail(Code::invalid_argument, "{}", problem);
    root.sysctls.emplace_back(key, value);
  }
  add_own_files(spec, in);
  for (auto& mount : in.mounts) root.mounts.push_back(std::move(mount));
  // The one above first, so that a volume at /etc does not hide our /etc/hosts.
  std::stable_sort(root.mounts.begin(), root.mounts.end(), [](const auto& a, const auto& b) {
    return std::count(a.target.begin(), a.target.end(), '/') <
           std::count(b.target.begin(), b.target.end(), '/');
  });
  return {};
}

Result<> set_process(process::ContainerSpec& spec, const SpecInput& in) {
  const auto& config = in.container.definition->config;
  const auto& host = in.container.definition->host;
  auto& process = spec.process;
  process.argv = command_line(config);
  process.env = process_env(config.env, spec.hostname, config.tty);
  process.cwd = config.working_dir.empty() ? "/" : config.working_dir;
  process.make_cwd = true;
  process.user = config.user;
  process.add_groups.assign(host.group_add.begin(), host.group_add.end());
  process.tty = config.tty;
  if (host.console_size) {
    process.rows = static_cast<std::uint16_t>((*host.console_size)[0]);
    process.columns = static_cast<std::uint16_t>((*host.console_size)[1]);
  }
  process.open_stdin = config.open_stdin;
  process.stdin_once = config.stdin_once;
  if (host.oom_score_adj != 0) process.oom_score_adj = host.oom_score_adj;
  process.rlimits = TRY(rlimits(host, in.options));
  return fill_security(process, host, host.privileged, in.options);
}

struct SecurityOptions {
  bool no_new_privileges = false;
  bool seccomp = true;
};

Result<SecurityOptions> security_options(const api::HostConfig& host, const Options& options) {
  SecurityOptions out;
  out.no_new_privileges = options.no_new_privileges;
  for (const std::string& option : host.security_opt) {
    const auto at = option.find_first_of("=:");
    const std::string_view key = std::string_view(option).substr(0, at);
    const std::string_view value =
        at == std::string::npos ? std::string_view() : std::string_view(option).substr(at + 1);
    if (key == "no-new-privileges") {
      out.no_new_privileges = value.empty() || value == "true";
    } else if (key == "seccomp") {
      if (value == "unconfined") {
        out.seccomp = false;
      } else if (value != "builtin") {
        return fail(Code::not_implemented,
                    "seccomp profiles other than the built-in one are not supported by hexad yet");
      }
    } else if (key == "apparmor") {
      TRY(security::check_apparmor(value));
    } else if (key == "label") {
      TRY(security::check_selinux(value));
    } else if (option != "systempaths=unconfined") {
      return fail(Code::invalid_argument, "invalid --security-opt 2: \"{}\"", option);
    }
  }
  return out;
}

}  // namespace

Result<> fill_rlimits(process::ProcessSpec& process, const api::HostConfig& host,
                      const Options& options) {
  process.rlimits = TRY(rlimits(host, options));
  return {};
}

Result<> fill_security(process::ProcessSpec& process, const api::HostConfig& host, bool privileged,
                       const Options& options) {
  const auto available = TRY(security::own_bounding_set());
  const auto mask =
      TRY(security::merge_capabilities(host.cap_add, host.cap_drop, privileged, available));
  process.caps = security::process_capabilities(mask);
  const auto wanted = TRY(security_options(host, options));
  process.no_new_privs = wanted.no_new_privileges;
  if (wanted.seccomp && !privileged) process.seccomp = TRY(security::default_seccomp(mask));
  return {};
}

Result<LogBounds> log_bounds(const api::LogConfig& config) {
  LogBounds out;
  if (const auto size = config.config.find("max-size"); size != config.config.end()) {
    if (size->second == "-1") {
      out.max_size = 0;
    } else {
      const auto bytes = api::parse_size(size->second);
      if (!bytes || *bytes <= 0)
        return fail(Code::invalid_argument, "invalid value for max-size: {}", size->second);
      out.max_size = static_cast<std::uint64_t>(*bytes);
    }
  }
  if (const auto files = config.config.find("max-file"); files != config.config.end()) {
    const auto count = parse_uint(files->second);
    if (!count || *count < 1 || *count > 100'000)
      return fail(Code::invalid_argument, "max-file cannot be less than 1");
    if (*count > 1 && out.max_size == 0)
      return fail(Code::invalid_argument, "max-size must be set when max-file is larger than 1");
    out.max_files = static_cast<std::uint32_t>(*count);
  } else if (config.config.contains("max-size")) {
    out.max_files = 1;  // Docker's default beside a max-size
  }
  return out;
}

Result<cgroup::Limits> build_limits(const api::HostConfig& host) {
  cgroup::Limits out;
  out.memory = host.memory;
  out.memory_reservation = host.memory_reservation;
  out.memory_swap = host.memory_swap;
  if (host.memory_swappiness && *host.memory_swappiness >= 0)
    out.swappiness = static_cast<std::uint64_t>(*host.memory_swappiness);
  out.oom_kill_disable = host.oom_kill_disable.value_or(false);
  out.cpu_shares = static_cast<std::uint64_t>(host.cpu_shares);
  out.cpu_quota = host.cpu_quota;
  out.cpu_period = static_cast<std::uint64_t>(host.cpu_period);
  out.nano_cpus = host.nano_cpus;
  out.cpuset_cpus = host.cpuset_cpus;
  out.cpuset_mems = host.cpuset_mems;
  out.pids = host.pids_limit.value_or(0);
  out.blkio_weight = host.blkio_weight;
  if (host.privileged) return out;
  out.devices = cgroup::default_device_rules();
  for (const auto& device : host.devices) {
    const auto node = TRY(to_device(device));
    out.devices.push_back({true, node.type, node.major, node.minor,
                           device.cgroup_permissions.empty() ? "rwm" : device.cgroup_permissions});
  }
  for (const auto& text : host.device_cgroup_rules) {
    // "c 42:* rmw"; cgroup-v1/devices.rst
    const auto words = split(text, ' ');
    const auto numbers =
        words.size() == 3 ? split_once(words[1], ':') : decltype(split_once("", ':')){};
    if (words.size() != 3 || words[0].size() != 1 || !numbers.second)
      return fail(Code::invalid_argument, "invalid device cgroup rule format: '{}'", text);
    cgroup::DeviceRule rule{true, words[0][0], {}, {}, std::string(words[2])};
    if (numbers.first != "*")
      rule.major = static_cast<std::uint32_t>(parse_uint(numbers.first).value_or(0));
    if (*numbers.second != "*")
      rule.minor = static_cast<std::uint32_t>(parse_uint(*numbers.second).value_or(0));
    out.devices.push_back(std::move(rule));
  }
  return out;
}

std::string hosts_file(const Snapshot& container, const std::string& ipv4) {
  std::string out =
      "127.0.0.1\tlocalhost\n"
      "::1\tlocalhost ip6-localhost ip6-loopback\n"
      "fe00::0\tip6-localnet\n"
      "ff00::0\tip6-mcastprefix\n"
      "ff02::1\tip6-allnodes\n"
      "ff02::2\tip6-allrouters\n";
  if (ipv4.empty()) return out;
  const auto& config = container.definition->config;
  std::string name = config.hostname.empty() ? container.id.substr(0, 12) : config.hostname;
  if (!config.domainname.empty()) {
    name = name + "." + config.domainname + " " + name;
  } else if (const auto dot = name.find('.'); dot != std::string::npos) {
    name += " " + name.substr(0, dot);  // a full name is known by its first part too
  }
  return out + ipv4 + "\t" + name + "\n";
}

Result<process::ContainerSpec> build_spec(SpecInput in) {
  process::ContainerSpec spec;
  spec.id = in.container.id;
  const auto& host = in.container.definition->host;
  set_hostname(spec, in);
  set_namespaces(spec, in);
  TRY(set_rootfs(spec, in));
  TRY(set_process(spec, in));
  spec.init = host.init.value_or(in.options.init);
  spec.wire_network = in.network.kind == NetworkPlan::Kind::bridge;
  spec.disable_ipv6 = spec.wire_network;  // the default bridge has no IPv6
  if (host.log_config.type != "none") {
    const auto bounds = TRY(log_bounds(host.log_config));
    spec.log_path = in.paths.log(in.container.id);
    spec.log_max_size = bounds.max_size;
    spec.log_max_files = bounds.max_files;
  }
  return spec;
}

}  // namespace hexad::containers
