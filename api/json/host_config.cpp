// HostConfig: everything of a container that belongs to the host.
#include "api/json/container.hpp"
#include "api/json/parts.hpp"

namespace hexad::api {
namespace json {
namespace {

void write_mount_options(Writer& w, const Mount& m) {
  if (const auto& o = m.bind_options) {
    w.key("BindOptions");
    w.open();
    w.omit("Propagation", o->propagation);
    w.omit("NonRecursive", o->non_recursive);
    w.omit("CreateMountpoint", o->create_mountpoint);
    w.omit("ReadOnlyNonRecursive", o->read_only_non_recursive);
    w.omit("ReadOnlyForceRecursive", o->read_only_force_recursive);
    w.close();
  }
  if (const auto& o = m.volume_options) {
    w.key("VolumeOptions");
    w.open();
    w.omit("NoCopy", o->no_copy);
    w.omit("Labels", o->labels);
    w.omit("Subpath", o->subpath);
    if (o->driver_config) {
      w.key("DriverConfig");
      w.open();
      w.omit("Name", o->driver_config->name);
      w.omit("Options", o->driver_config->options);
      w.close();
    }
    w.close();
  }
  if (m.image_options) {
    w.key("ImageOptions");
    w.open();
    w.omit("Subpath", m.image_options->subpath);
    w.close();
  }
  if (const auto& o = m.tmpfs_options) {
    w.key("TmpfsOptions");
    w.open();
    w.omit("SizeBytes", o->size_bytes);
    w.omit("Mode", o->mode);
    if (!o->options.empty()) {
      w.key("Options");
      w.open_array();
      for (const auto& option : o->options) w.value(option);
      w.close_array();
    }
    w.close();
  }
}

void write(Writer& w, const Mount& m) {
  w.open();
  w.omit("Type", m.type);
  w.omit("Source", m.source);
  w.omit("Target", m.target);
  w.omit("ReadOnly", m.read_only);
  w.omit("Consistency", m.consistency);
  write_mount_options(w, m);
  w.close();
}

void read(const Reader& r, Mount& m) {
  r.get("Type", m.type);
  r.get("Source", m.source);
  r.get("Target", m.target);
  r.get("ReadOnly", m.read_only);
  r.get("Consistency", m.consistency);
  r.maybe("BindOptions", m.bind_options, [](const Reader& o, BindOptions& out) {
    o.get("Propagation", out.propagation);
    o.get("NonRecursive", out.non_recursive);
    o.get("CreateMountpoint", out.create_mountpoint);
    o.get("ReadOnlyNonRecursive", out.read_only_non_recursive);
    o.get("ReadOnlyForceRecursive", out.read_only_force_recursive);
  });
  r.maybe("VolumeOptions", m.volume_options, [](const Reader& o, VolumeOptions& out) {
    o.get("NoCopy", out.no_copy);
    o.get("Labels", out.labels);
    o.get("Subpath", out.subpath);
    o.maybe("DriverConfig", out.driver_config, [](const Reader& d, VolumeDriverConfig& driver) {
      d.get("Name", driver.name);
      d.get("Options", driver.options);
    });
  });
  r.maybe("ImageOptions", m.image_options,
          [](const Reader& o, ImageOptions& out) { o.get("Subpath", out.subpath); });
  r.maybe("TmpfsOptions", m.tmpfs_options, [](const Reader& o, TmpfsOptions& out) {
    o.get("SizeBytes", out.size_bytes);
    o.get("Mode", out.mode);
    o.get("Options", out.options);
  });
}

void write(Writer& w, const DeviceMapping& d) {
  w.open();
  w.field("PathOnHost", d.path_on_host);
  w.field("PathInContainer", d.path_in_container);
  w.field("CgroupPermissions", d.cgroup_permissions);
  w.close();
}

void write(Writer& w, const DeviceRequest& d) {
  w.open();
  w.field("Driver", d.driver);
  w.field("Count", d.count);
  w.field("DeviceIDs", d.device_ids);
  w.key("Capabilities");
  if (d.capabilities.empty() && !d.capabilities.present) {
    w.null();
  } else {
    w.open_array();
    for (const auto& set : d.capabilities) w.value(set);
    w.close_array();
  }
  w.field("Options", d.options);
  w.close();
}

void write(Writer& w, const Ulimit& u) {
  w.open();
  w.field("Name", u.name);
  w.field("Hard", u.hard);
  w.field("Soft", u.soft);
  w.close();
}

void write(Writer& w, const WeightDevice& d) {
  w.open();
  w.field("Path", d.path);
  w.field("Weight", d.weight);
  w.close();
}

void write(Writer& w, const ThrottleDevice& d) {
  w.open();
  w.field("Path", d.path);
  w.field("Rate", d.rate);
  w.close();
}

template <class T>
void write_list(Writer& w, std::string_view key, const Nullable<std::vector<T>>& list) {
  w.key(key);
  if (list.empty() && !list.present) return w.null();
  w.open_array();
  for (const auto& item : list) write(w, item);
  w.close_array();
}

void write_resources(Writer& w, const HostConfig& h) {
  w.field("CpuShares", h.cpu_shares);
  w.field("Memory", h.memory);
  w.field("NanoCpus", h.nano_cpus);
  w.field("CgroupParent", h.cgroup_parent);
  w.field("BlkioWeight", h.blkio_weight);
  write_list(w, "BlkioWeightDevice", h.blkio_weight_device);
  write_list(w, "BlkioDeviceReadBps", h.blkio_device_read_bps);
  write_list(w, "BlkioDeviceWriteBps", h.blkio_device_write_bps);
  write_list(w, "BlkioDeviceReadIOps", h.blkio_device_read_iops);
  write_list(w, "BlkioDeviceWriteIOps", h.blkio_device_write_iops);
  w.field("CpuPeriod", h.cpu_period);
  w.field("CpuQuota", h.cpu_quota);
  w.field("CpuRealtimePeriod", h.cpu_realtime_period);
  w.field("CpuRealtimeRuntime", h.cpu_realtime_runtime);
  w.field("CpusetCpus", h.cpuset_cpus);
  w.field("CpusetMems", h.cpuset_mems);
  write_list(w, "Devices", h.devices);
  w.field("DeviceCgroupRules", h.device_cgroup_rules);
  write_list(w, "DeviceRequests", h.device_requests);
  w.field("KernelMemory", h.kernel_memory);
  w.field("KernelMemoryTCP", h.kernel_memory_tcp);
  w.field("MemoryReservation", h.memory_reservation);
  w.field("MemorySwap", h.memory_swap);
  w.field("MemorySwappiness", h.memory_swappiness);
  w.field("OomKillDisable", h.oom_kill_disable);
  w.field("PidsLimit", h.pids_limit);
  write_list(w, "Ulimits", h.ulimits);
  w.field("CpuCount", h.cpu_count);
  w.field("CpuPercent", h.cpu_percent);
  w.field("IOMaximumIOps", h.io_maximum_iops);
  w.field("IOMaximumBandwidth", h.io_maximum_bandwidth);
}

void write_security(Writer& w, const HostConfig& h) {
  w.field("CapAdd", h.cap_add);
  w.field("CapDrop", h.cap_drop);
  w.field("CgroupnsMode", h.cgroupns_mode);
  w.field("Dns", h.dns);
  w.field("DnsOptions", h.dns_options);
  w.field("DnsSearch", h.dns_search);
  w.field("ExtraHosts", h.extra_hosts);
  w.field("GroupAdd", h.group_add);
  w.field("IpcMode", h.ipc_mode);
  w.field("Cgroup", h.cgroup);
  w.field("Links", h.links);
  w.field("OomScoreAdj", h.oom_score_adj);
  w.field("PidMode", h.pid_mode);
  w.field("Privileged", h.privileged);
  w.field("PublishAllPorts", h.publish_all_ports);
  w.field("ReadonlyRootfs", h.readonly_rootfs);
  w.field("SecurityOpt", h.security_opt);
  w.omit("StorageOpt", h.storage_opt);
  w.omit("Tmpfs", h.tmpfs);
  w.field("UTSMode", h.uts_mode);
  w.field("UsernsMode", h.userns_mode);
  w.field("ShmSize", h.shm_size);
  w.omit("Sysctls", h.sysctls);
  w.field("Runtime", h.runtime);
  w.field("Isolation", h.isolation);
}

void read_weights(const Reader& r, std::string_view key, Nullable<std::vector<WeightDevice>>& out) {
  r.list(key, out, [](const Reader& one, WeightDevice& d) {
    one.get("Path", d.path);
    one.get("Weight", d.weight);
  });
}

void read_throttles(const Reader& r, std::string_view key,
                    Nullable<std::vector<ThrottleDevice>>& out) {
  r.list(key, out, [](const Reader& one, ThrottleDevice& d) {
    one.get("Path", d.path);
    one.get("Rate", d.rate);
  });
}

void read_devices(const Reader& r, HostConfig& h) {
  r.list("Devices", h.devices, [](const Reader& one, DeviceMapping& d) {
    one.get("PathOnHost", d.path_on_host);
    one.get("PathInContainer", d.path_in_container);
    one.get("CgroupPermissions", d.cgroup_permissions);
  });
  r.get("DeviceCgroupRules", h.device_cgroup_rules);
  r.list("DeviceRequests", h.device_requests, [](const Reader& one, DeviceRequest& d) {
    one.get("Driver", d.driver);
    one.get("Count", d.count);
    one.get("DeviceIDs", d.device_ids);
    one.get("Capabilities", d.capabilities);
    one.get("Options", d.options);
  });
}

void read_resources(const Reader& r, HostConfig& h) {
  r.get("CpuShares", h.cpu_shares);
  r.get("Memory", h.memory);
  r.get("NanoCpus", h.nano_cpus);
  r.get("CgroupParent", h.cgroup_parent);
  r.get("BlkioWeight", h.blkio_weight);
  read_weights(r, "BlkioWeightDevice", h.blkio_weight_device);
  read_throttles(r, "BlkioDeviceReadBps", h.blkio_device_read_bps);
  read_throttles(r, "BlkioDeviceWriteBps", h.blkio_device_write_bps);
  read_throttles(r, "BlkioDeviceReadIOps", h.blkio_device_read_iops);
  read_throttles(r, "BlkioDeviceWriteIOps", h.blkio_device_write_iops);
  r.get("CpuPeriod", h.cpu_period);
  r.get("CpuQuota", h.cpu_quota);
  r.get("CpuRealtimePeriod", h.cpu_realtime_period);
  r.get("CpuRealtimeRuntime", h.cpu_realtime_runtime);
  r.get("CpusetCpus", h.cpuset_cpus);
  r.get("CpusetMems", h.cpuset_mems);
  read_devices(r, h);
  r.get("KernelMemory", h.kernel_memory);
  r.get("KernelMemoryTCP", h.kernel_memory_tcp);
  r.get("MemoryReservation", h.memory_reservation);
  r.get("MemorySwap", h.memory_swap);
  r.get("MemorySwappiness", h.memory_swappiness);
  r.get("OomKillDisable", h.oom_kill_disable);
  r.get("PidsLimit", h.pids_limit);
  r.list("Ulimits", h.ulimits, [](const Reader& one, Ulimit& u) {
    one.get("Name", u.name);
    one.get("Hard", u.hard);
    one.get("Soft", u.soft);
  });
  r.get("CpuCount", h.cpu_count);
  r.get("CpuPercent", h.cpu_percent);
  r.get("IOMaximumIOps", h.io_maximum_iops);
  r.get("IOMaximumBandwidth", h.io_maximum_bandwidth);
}

void read_security(const Reader& r, HostConfig& h) {
  r.get("CapAdd", h.cap_add);
  r.get("CapDrop", h.cap_drop);
  r.get("CgroupnsMode", h.cgroupns_mode);
  r.get("Dns", h.dns);
  r.get("DnsOptions", h.dns_options);
  r.get("DnsSearch", h.dns_search);
  r.get("ExtraHosts", h.extra_hosts);
  r.get("GroupAdd", h.group_add);
  r.get("IpcMode", h.ipc_mode);
  r.get("Cgroup", h.cgroup);
  r.get("Links", h.links);
  r.get("OomScoreAdj", h.oom_score_adj);
  r.get("PidMode", h.pid_mode);
  r.get("Privileged", h.privileged);
  r.get("PublishAllPorts", h.publish_all_ports);
  r.get("ReadonlyRootfs", h.readonly_rootfs);
  r.get("SecurityOpt", h.security_opt);
  r.get("StorageOpt", h.storage_opt);
  r.get("Tmpfs", h.tmpfs);
  r.get("UTSMode", h.uts_mode);
  r.get("UsernsMode", h.userns_mode);
  r.get("ShmSize", h.shm_size);
  r.get("Sysctls", h.sysctls);
  r.get("Runtime", h.runtime);
  r.get("Isolation", h.isolation);
}

void read_console_size(const Reader& r, HostConfig& h) {
  const Value* v = r.member("ConsoleSize");
  if (v == nullptr) return;
  const auto* pair = v->array();
  if (pair == nullptr) return r.problem().wrong_type(*v, r.path("ConsoleSize"), "[2]uint");
  auto& out = h.console_size.emplace();
  for (std::size_t i = 0; i < pair->size() && i < out.size(); ++i) {
    const auto* n = (*pair)[i].integer();
    if (n == nullptr || *n < 0 || *n > UINT32_MAX) {
      return r.problem().wrong_type((*pair)[i], r.path("ConsoleSize"), "uint");
    }
    out[i] = static_cast<std::uint32_t>(*n);
  }
}

}  // namespace

void write(Writer& w, const HostConfig& h) {
  w.open();
  w.field("Binds", h.binds);
  w.field("ContainerIDFile", h.container_id_file);
  w.key("LogConfig");
  w.open();
  w.field("Type", h.log_config.type);
  w.field("Config", h.log_config.config);
  w.close();
  w.field("NetworkMode", h.network_mode);
  w.key("PortBindings");
  write(w, h.port_bindings);
  w.key("RestartPolicy");
  w.open();
  w.field("Name", h.restart_policy.name);
  w.field("MaximumRetryCount", h.restart_policy.maximum_retry_count);
  w.close();
  w.field("AutoRemove", h.auto_remove);
  w.field("VolumeDriver", h.volume_driver);
  w.field("VolumesFrom", h.volumes_from);
  w.key("ConsoleSize");
  const auto size = h.console_size.value_or(std::array<std::uint32_t, 2>{0, 0});
  w.raw(fmt::format("[{},{}]", size[0], size[1]));
  w.omit("Annotations", h.annotations);
  write_security(w, h);
  write_resources(w, h);
  if (!h.mounts.empty()) write_list(w, "Mounts", h.mounts);
  w.field("MaskedPaths", h.masked_paths);
  w.field("ReadonlyPaths", h.readonly_paths);
  w.omit("Init", h.init);
  w.close();
}

void read(const Reader& r, HostConfig& h) {
  r.get("Binds", h.binds);
  r.get("ContainerIDFile", h.container_id_file);
  const Reader log = r.child("LogConfig");
  log.get("Type", h.log_config.type);
  log.get("Config", h.log_config.config);
  r.get("NetworkMode", h.network_mode);
  read_ports(r, "PortBindings", h.port_bindings);
  const Reader restart = r.child("RestartPolicy");
  restart.get("Name", h.restart_policy.name);
  restart.get("MaximumRetryCount", h.restart_policy.maximum_retry_count);
  r.get("AutoRemove", h.auto_remove);
  r.get("VolumeDriver", h.volume_driver);
  r.get("VolumesFrom", h.volumes_from);
  read_console_size(r, h);
  r.get("Annotations", h.annotations);
  read_security(r, h);
  read_resources(r, h);
  r.list("Mounts", h.mounts, [](const Reader& one, Mount& m) { read(one, m); });
  r.get("MaskedPaths", h.masked_paths);
  r.get("ReadonlyPaths", h.readonly_paths);
  r.get("Init", h.init);
}

}  // namespace json

std::string encode_host_config(const HostConfig& config) {
  json::Writer w;
  json::write(w, config);
  return w.take();
}

Result<HostConfig> decode_host_config(std::string_view text) {
  return json::decode_object<HostConfig>(
      text, [](const json::Reader& r, HostConfig& h) { json::read(r, h); });
}

}  // namespace hexad::api
