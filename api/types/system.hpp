// What the engine says about itself. Plain data.
#pragma once

#include "api/types/common.hpp"

namespace hexad::api {

struct VersionComponent {
  std::string name, version;
  StringMap details;
};

struct Version {
  std::string platform_name;
  std::vector<VersionComponent> components;
  std::string version, api_version, min_api_version, git_commit, go_version;
  std::string os = "linux", arch, kernel_version, build_time;
  bool experimental = false;
};

struct Info {
  std::string id;
  std::int64_t containers = 0, containers_running = 0, containers_paused = 0,
               containers_stopped = 0;
  std::int64_t images = 0;
  std::string driver = "overlay2";
  std::vector<std::pair<std::string, std::string>> driver_status;
  std::string docker_root_dir;
  std::vector<std::string> volume_plugins, network_plugins, log_plugins;
  bool memory_limit = false, swap_limit = false, kernel_memory_tcp = false;
  bool cpu_cfs_period = false, cpu_cfs_quota = false, cpu_shares = false, cpu_set = false;
  bool pids_limit = false, oom_kill_disable = false;
  bool ipv4_forwarding = false, bridge_nf_iptables = false, bridge_nf_ip6tables = false;
  bool debug = false;
  std::int64_t n_fd = 0, n_goroutines = 0, n_events_listener = 0;
  std::int64_t system_time = 0;  // ns
  std::string logging_driver = "json-file", cgroup_driver = "cgroupfs", cgroup_version;
  std::string kernel_version, operating_system, os_version, os_type = "linux", architecture;
  std::int64_t n_cpu = 0, mem_total = 0;
  std::string index_server_address;
  std::string http_proxy, https_proxy, no_proxy;
  std::string name;
  std::vector<std::string> labels;
  bool experimental_build = false;
  std::string server_version;
  std::map<std::string, std::string> runtimes;  // name -> path
  std::string default_runtime;
  bool live_restore_enabled = true;
  std::string init_binary;
  std::vector<std::string> security_options;
  std::vector<std::string> warnings;
};

}  // namespace hexad::api
