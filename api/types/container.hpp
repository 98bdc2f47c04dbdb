// Containers as the Engine API (1.51) speaks of them. Plain data; the JSON is in
// api/json/container.hpp. Members are the API's names in snake_case; times and durations are
// nanoseconds (times since the epoch, 0: never), sizes are bytes.
#pragma once

#include <array>

#include "api/filters.hpp"
#include "api/types/common.hpp"
#include "api/types/network.hpp"

namespace hexad::api {

struct ContainerConfig {
  std::string hostname, domainname;
  std::string user;
  bool attach_stdin = false, attach_stdout = false, attach_stderr = false;
  StringSet exposed_ports;  // "80/tcp", always with the protocol
  bool tty = false, open_stdin = false, stdin_once = false;
  Strings env;
  OptionalStrings cmd;
  std::optional<Healthcheck> healthcheck;
  bool args_escaped = false;
  std::string image;  // as the client wrote it
  StringSet volumes;
  std::string working_dir;
  OptionalStrings entrypoint;
  bool network_disabled = false;
  std::string mac_address;  // deprecated since 1.44, still read
  Strings on_build;
  StringMap labels;
  std::string stop_signal;          // empty: SIGTERM
  std::optional<int> stop_timeout;  // seconds
  Strings shell;
};

struct PortBinding {
  std::string host_ip, host_port;  // host_port: "", "8080" or "8000-8010"
  friend bool operator==(const PortBinding&, const PortBinding&) = default;
};
// "80/tcp" -> bindings. An empty list is written as null (exposed, not published).
using PortMap = Nullable<std::map<std::string, std::vector<PortBinding>>>;

struct RestartPolicy {
  std::string name;  // "", "no", "always", "unless-stopped", "on-failure"
  int maximum_retry_count = 0;
};

struct LogConfig {
  std::string type;  // "": the daemon's default
  StringMap config;
};

struct Ulimit {
  std::string name;
  std::int64_t soft = 0, hard = 0;
};

struct DeviceMapping {
  std::string path_on_host, path_in_container, cgroup_permissions;
};

struct DeviceRequest {
  std::string driver;
  int count = 0;
  Strings device_ids;
  Nullable<std::vector<std::vector<std::string>>> capabilities;
  StringMap options;
};

struct WeightDevice {
  std::string path;
  std::uint16_t weight = 0;
};
struct ThrottleDevice {
  std::string path;
  std::uint64_t rate = 0;
};

struct BindOptions {
  std::string propagation;
  bool non_recursive = false, create_mountpoint = false;
  bool read_only_non_recursive = false, read_only_force_recursive = false;
};
struct VolumeDriverConfig {
  std::string name;
  StringMap options;
};
struct VolumeOptions {
  bool no_copy = false;
  StringMap labels;
  std::string subpath;
  std::optional<VolumeDriverConfig> driver_config;
};
struct ImageOptions {
  std::string subpath;
};
struct TmpfsOptions {
  std::int64_t size_bytes = 0;
  std::uint32_t mode = 0;
  Nullable<std::vector<std::vector<std::string>>> options;
};
struct Mount {
  std::string type;  // bind volume tmpfs (npipe cluster image)
  std::string source, target;
  bool read_only = false;
  std::string consistency;
  std::optional<BindOptions> bind_options;
  std::optional<VolumeOptions> volume_options;
  std::optional<ImageOptions> image_options;
  std::optional<TmpfsOptions> tmpfs_options;
};

struct HostConfig {
  Strings binds;
  std::string container_id_file;
  LogConfig log_config;
  std::string network_mode;
  PortMap port_bindings;
  RestartPolicy restart_policy;
  bool auto_remove = false;
  std::string volume_driver;
  Strings volumes_from;
  std::optional<std::array<std::uint32_t, 2>> console_size;  // height, width
  StringMap annotations;
  Nullable<std::vector<Mount>> mounts;

  Strings cap_add, cap_drop;
  std::string cgroupns_mode;
  Strings dns, dns_options, dns_search;
  Strings extra_hosts, group_add;
  std::string ipc_mode, cgroup;
  Strings links;
  int oom_score_adj = 0;
  std::string pid_mode;
  bool privileged = false, publish_all_ports = false, readonly_rootfs = false;
  Strings security_opt;
  StringMap storage_opt, tmpfs;
  std::string uts_mode, userns_mode;
  std::int64_t shm_size = 0;
  StringMap sysctls;
  std::string runtime, isolation;
  OptionalStrings masked_paths, readonly_paths;  // null: the defaults; empty: none
  std::optional<bool> init;

  // Resources
  std::int64_t cpu_shares = 0, memory = 0, nano_cpus = 0;
  std::string cgroup_parent;
  std::uint16_t blkio_weight = 0;
  Nullable<std::vector<WeightDevice>> blkio_weight_device;
  Nullable<std::vector<ThrottleDevice>> blkio_device_read_bps, blkio_device_write_bps;
  Nullable<std::vector<ThrottleDevice>> blkio_device_read_iops, blkio_device_write_iops;
  std::int64_t cpu_period = 0, cpu_quota = 0, cpu_realtime_period = 0, cpu_realtime_runtime = 0;
  std::string cpuset_cpus, cpuset_mems;
  Nullable<std::vector<DeviceMapping>> devices;
  Strings device_cgroup_rules;
  Nullable<std::vector<DeviceRequest>> device_requests;
  std::int64_t kernel_memory = 0, kernel_memory_tcp = 0;
  std::int64_t memory_reservation = 0, memory_swap = 0;
  std::optional<std::int64_t> memory_swappiness;
  std::optional<bool> oom_kill_disable;
  std::optional<std::int64_t> pids_limit;
  Nullable<std::vector<Ulimit>> ulimits;
  std::int64_t cpu_count = 0, cpu_percent = 0, io_maximum_iops = 0, io_maximum_bandwidth = 0;
};

struct CreateRequest {
  ContainerConfig config;
  HostConfig host_config;
  NetworkingConfig networking_config;
};

struct CreateResponse {
  std::string id;
  std::vector<std::string> warnings;
};

struct HealthLog {
  std::int64_t start = 0, end = 0;
  int exit_code = 0;
  std::string output;
};
struct Health {
  std::string status;  // none starting healthy unhealthy
  int failing_streak = 0;
  std::vector<HealthLog> log;
};

struct ContainerState {
  std::string status;  // created running paused restarting removing exited dead
  bool running = false, paused = false, restarting = false, oom_killed = false, dead = false;
  int pid = 0, exit_code = 0;
  std::string error;
  std::int64_t started_at = 0, finished_at = 0;
  std::optional<Health> health;
};

// A mount of a container as inspect and list show it.
struct MountPoint {
  std::string type;  // bind volume tmpfs
  std::string name;  // of a volume
  std::string source, destination, driver, mode;
  bool rw = true;
  std::string propagation;
};

struct NetworkSettings {
  std::string bridge, sandbox_id, sandbox_key;
  bool hairpin_mode = false;
  std::string link_local_ipv6_address;
  int link_local_ipv6_prefix_len = 0;
  PortMap ports;
  // Of the default bridge network, which old tools read (gone in API 1.52).
  std::string endpoint_id, gateway, ip_address, ipv6_gateway, mac_address;
  int ip_prefix_len = 0;
  std::string global_ipv6_address;
  int global_ipv6_prefix_len = 0;
  std::map<std::string, EndpointSettings> networks;
};

struct ContainerInspect {
  std::string id;
  std::int64_t created = 0;
  std::string path;
  std::vector<std::string> args;
  ContainerState state;
  std::string image;  // the image's id
  std::string resolv_conf_path, hostname_path, hosts_path, log_path;
  std::string name;  // with the leading slash
  int restart_count = 0;
  std::string driver = "overlay2", platform = "linux";
  std::string mount_label, process_label, app_armor_profile;
  Strings exec_ids;  // null when there are none
  HostConfig host_config;
  GraphDriver graph_driver;
  std::optional<std::int64_t> size_rw, size_root_fs;
  std::vector<MountPoint> mounts;
  ContainerConfig config;
  NetworkSettings network_settings;
};

struct PortSummary {
  std::string ip;  // empty: not published
  std::uint16_t private_port = 0, public_port = 0;
  std::string type = "tcp";
};

struct ContainerSummary {
  std::string id;
  std::vector<std::string> names;  // with the leading slash
  std::string image, image_id, command;
  std::int64_t created = 0;  // ns; whole seconds in JSON
  std::vector<PortSummary> ports;
  std::optional<std::int64_t> size_rw, size_root_fs;
  StringMap labels;
  std::string state, status;
  std::string network_mode;
  std::map<std::string, EndpointSettings> networks;
  std::vector<MountPoint> mounts;
};

struct WaitResponse {
  std::int64_t status_code = 0;
  std::optional<std::string> error;
};

struct ContainerListQuery {
  bool all = false, size = false;
  std::int64_t limit = 0;  // 0: no limit; with a limit `all` is implied
  Filters filters;
};

}  // namespace hexad::api
