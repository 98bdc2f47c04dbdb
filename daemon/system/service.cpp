#include "daemon/system/service.hpp"

#include "api/version.hpp"
#include "daemon/system/facts.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::system {
namespace {

// The name under which inspect and info show what runs containers.
constexpr const char* kRuntime = "hexad";

std::string from_environment(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    if (const char* value = ::getenv(name)) return without_credentials(value);
  }
  return {};
}

class Engine final : public Service {
 public:
  explicit Engine(Options options)
      : options_(std::move(options)), kernel_(kernel()), os_(host_os()) {
    const auto self = read_file("/proc/self/cgroup").value_or("");
    cgroups_ = cgroup_facts("/sys/fs/cgroup", self);
  }
  void set_counts(const CountProvider* provider) override { counts_ = provider; }
  [[nodiscard]] api::Version version() const override;
  [[nodiscard]] api::Info info() const override;

 private:
  void add_storage(api::Info& info) const;
  void add_kernel(api::Info& info) const;
  void add_security(api::Info& info) const;
  static void add_warnings(api::Info& info);

  Options options_;
  Kernel kernel_;
  Os os_;
  CgroupFacts cgroups_;
  const CountProvider* counts_ = nullptr;
};

api::Version Engine::version() const {
  api::Version out;
  out.platform_name = std::string(api::kProduct);
  out.version = std::string(api::kVersion);
  out.api_version = std::string(api::kApiVersion);
  out.min_api_version = std::string(api::kMinApiVersion);
  out.arch = go_arch(kernel_.machine);
  out.kernel_version = kernel_.release;
  api::VersionComponent engine{"Engine", out.version, {}};
  engine.details = std::map<std::string, std::string>{{"ApiVersion", out.api_version},
                                                      {"Arch", out.arch},
                                                      {"BuildTime", ""},
                                                      {"Experimental", "false"},
                                                      {"GitCommit", ""},
                                                      {"GoVersion", ""},
                                                      {"KernelVersion", kernel_.release},
                                                      {"MinAPIVersion", out.min_api_version},
                                                      {"Os", out.os}};
  out.components.push_back(std::move(engine));
  api::VersionComponent shim{"hexad-shim", out.version, {}};
  shim.details = std::map<std::string, std::string>{{"GitCommit", ""}};
  out.components.push_back(std::move(shim));
  return out;
}

void Engine::add_storage(api::Info& info) const {
  info.driver = "overlay2";
  info.driver_status = {{"Backing Filesystem", filesystem_of(options_.data_root)},
                        {"Supports d_type", "true"}};
  info.docker_root_dir = options_.data_root;
  info.volume_plugins = {"local"};
  info.network_plugins = {"bridge", "host", "null"};
  info.log_plugins = {"json-file", "none"};
  info.logging_driver = options_.logging_driver;
}

void Engine::add_kernel(api::Info& info) const {
  info.memory_limit = cgroups_.memory;
  info.swap_limit = cgroups_.swap;
  info.kernel_memory_tcp = cgroups_.kernel_memory_tcp;
  info.oom_kill_disable = cgroups_.oom_kill_disable;
  info.cpu_cfs_period = info.cpu_cfs_quota = cgroups_.cpu_quota;
  info.cpu_shares = cgroups_.cpu_shares;
  info.cpu_set = cgroups_.cpuset;
  info.pids_limit = cgroups_.pids;
  info.cgroup_version = cgroups_.version == 2 ? "2" : "1";
  info.ipv4_forwarding = sysctl_on("/proc/sys/net/ipv4/ip_forward");
  info.bridge_nf_iptables = sysctl_on("/proc/sys/net/bridge/bridge-nf-call-iptables");
  info.bridge_nf_ip6tables = sysctl_on("/proc/sys/net/bridge/bridge-nf-call-ip6tables");
  info.kernel_version = kernel_.release;
  info.operating_system = os_.name;
  info.os_version = os_.version;
  info.architecture = kernel_.machine;
  info.n_cpu = processors();
  info.mem_total = memory_total();
}

void Engine::add_security(api::Info& info) const {
  info.security_options = {"name=seccomp,profile=builtin"};
  if (options_.userns_remap) info.security_options.emplace_back("name=userns");
  info.security_options.emplace_back("name=cgroupns");  // private for every container
}

void Engine::add_warnings(api::Info& info) {
  const auto warn = [&](bool fine, const char* text) {
    if (!fine) info.warnings.emplace_back(text);
  };
  warn(info.memory_limit, "WARNING: No memory limit support");
  warn(info.swap_limit, "WARNING: No swap limit support");
  warn(info.cpu_cfs_quota, "WARNING: No cpu cfs quota support");
  warn(info.cpu_shares, "WARNING: No cpu shares support");
  warn(info.cpu_set, "WARNING: No cpuset support");
  warn(info.ipv4_forwarding, "WARNING: IPv4 forwarding is disabled");
}

api::Info Engine::info() const {
  api::Info out;
  out.id = options_.id;
  if (counts_ != nullptr) {
    const auto now = counts_->counts();
    out.containers = now.containers;
    out.containers_running = now.running;
    out.containers_paused = now.paused;
    out.containers_stopped = now.stopped;
    out.images = now.images;
    out.n_events_listener = now.event_listeners;
  }
  add_storage(out);
  add_kernel(out);
  add_security(out);
  add_warnings(out);
  out.debug = options_.debug;
  out.n_fd = open_descriptors();
  out.n_goroutines = threads();
  out.system_time = now_ns();
  out.http_proxy = from_environment("HTTP_PROXY", "http_proxy");
  out.https_proxy = from_environment("HTTPS_PROXY", "https_proxy");
  out.no_proxy = from_environment("NO_PROXY", "no_proxy");
  out.name = kernel().hostname;  // it may have changed
  out.labels = options_.labels;
  out.server_version = std::string(api::kVersion);
  out.runtimes = {{kRuntime, options_.shim_path}};
  out.default_runtime = kRuntime;
  out.init_binary = options_.init_path;
  return out;
}

}  // namespace

std::unique_ptr<Service> Service::start(Options options) {
  return std::make_unique<Engine>(std::move(options));
}

}  // namespace hexad::system
