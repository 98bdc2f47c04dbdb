#include "api/json/system.hpp"

#include "api/json/parts.hpp"

namespace hexad::api {
namespace {

using json::Reader;
using json::Writer;

void write_list_or_null(Writer& w, std::string_view key, const std::vector<std::string>& list) {
  w.key(key);
  if (list.empty()) {
    w.null();
  } else {
    w.value(list);
  }
}

void write_storage(Writer& w, const Info& i) {
  w.field("Driver", i.driver);
  w.key("DriverStatus");
  w.open_array();
  for (const auto& [name, text] : i.driver_status) w.value(std::vector<std::string>{name, text});
  w.close_array();
  w.field("DockerRootDir", i.docker_root_dir);
  w.key("Plugins");
  w.open();
  w.field("Volume", i.volume_plugins);
  w.field("Network", i.network_plugins);
  w.key("Authorization");
  w.null();
  w.field("Log", i.log_plugins);
  w.close();
}

void write_kernel(Writer& w, const Info& i) {
  w.field("MemoryLimit", i.memory_limit);
  w.field("SwapLimit", i.swap_limit);
  w.field("KernelMemoryTCP", i.kernel_memory_tcp);
  w.field("CpuCfsPeriod", i.cpu_cfs_period);
  w.field("CpuCfsQuota", i.cpu_cfs_quota);
  w.field("CPUShares", i.cpu_shares);
  w.field("CPUSet", i.cpu_set);
  w.field("PidsLimit", i.pids_limit);
  w.field("IPv4Forwarding", i.ipv4_forwarding);
  w.field("BridgeNfIptables", i.bridge_nf_iptables);
  w.field("BridgeNfIp6tables", i.bridge_nf_ip6tables);
  w.field("Debug", i.debug);
  w.field("NFd", i.n_fd);
  w.field("OomKillDisable", i.oom_kill_disable);
  w.field("NGoroutines", i.n_goroutines);
  w.time("SystemTime", i.system_time);
  w.field("LoggingDriver", i.logging_driver);
  w.field("CgroupDriver", i.cgroup_driver);
  w.field("CgroupVersion", i.cgroup_version);
  w.field("NEventsListener", i.n_events_listener);
  w.field("KernelVersion", i.kernel_version);
  w.field("OperatingSystem", i.operating_system);
  w.field("OSVersion", i.os_version);
  w.field("OSType", i.os_type);
  w.field("Architecture", i.architecture);
}

// No registries and no swarm here: what clients expect of an engine without them.
void write_registry(Writer& w, const Info& i) {
  w.field("IndexServerAddress", i.index_server_address);
  w.key("RegistryConfig");
  w.raw(
      R"({"AllowNondistributableArtifactsCIDRs":[],"AllowNondistributableArtifactsHostnames":[],)"
      R"("InsecureRegistryCIDRs":["127.0.0.0/8"],"IndexConfigs":{"docker.io":{"Name":"docker.io",)"
      R"("Mirrors":[],"Secure":true,"Official":true}},"Mirrors":[]})");
}

void write_runtimes(Writer& w, const Info& i) {
  w.key("Runtimes");
  w.open();
  for (const auto& [name, path] : i.runtimes) {
    w.key(name);
    w.open();
    w.field("path", path);
    w.close();
  }
  w.close();
  w.field("DefaultRuntime", i.default_runtime);
  w.key("Swarm");
  w.raw(R"({"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,)"
        R"("Error":"","RemoteManagers":null})");
  w.field("LiveRestoreEnabled", i.live_restore_enabled);
  w.field("Isolation", "");
  w.field("InitBinary", i.init_binary);
  for (const char* component : {"ContainerdCommit", "RuncCommit", "InitCommit"}) {
    w.key(component);
    w.raw(R"({"ID":"","Expected":""})");
  }
}

void read_plugins(const Reader& r, Info& i) {
  const Reader plugins = r.child("Plugins");
  plugins.get("Volume", i.volume_plugins);
  plugins.get("Network", i.network_plugins);
  plugins.get("Log", i.log_plugins);
  r.map("Runtimes", i.runtimes,
        [](const Reader& one, std::string& path) { one.get("path", path); });
  std::vector<std::vector<std::string>> status;
  r.get("DriverStatus", status);
  for (const auto& row : status) {
    if (row.size() == 2) i.driver_status.emplace_back(row[0], row[1]);
  }
}

void read_counts(const Reader& r, Info& i) {
  r.get("ID", i.id);
  r.get("Containers", i.containers);
  r.get("ContainersRunning", i.containers_running);
  r.get("ContainersPaused", i.containers_paused);
  r.get("ContainersStopped", i.containers_stopped);
  r.get("Images", i.images);
  r.get("Driver", i.driver);
  r.get("DockerRootDir", i.docker_root_dir);
  r.get("NFd", i.n_fd);
  r.get("NGoroutines", i.n_goroutines);
  r.get("NEventsListener", i.n_events_listener);
  r.get_time("SystemTime", i.system_time);
  r.get("NCPU", i.n_cpu);
  r.get("MemTotal", i.mem_total);
}

void read_kernel(const Reader& r, Info& i) {
  r.get("MemoryLimit", i.memory_limit);
  r.get("SwapLimit", i.swap_limit);
  r.get("KernelMemoryTCP", i.kernel_memory_tcp);
  r.get("CpuCfsPeriod", i.cpu_cfs_period);
  r.get("CpuCfsQuota", i.cpu_cfs_quota);
  r.get("CPUShares", i.cpu_shares);
  r.get("CPUSet", i.cpu_set);
  r.get("PidsLimit", i.pids_limit);
  r.get("OomKillDisable", i.oom_kill_disable);
  r.get("IPv4Forwarding", i.ipv4_forwarding);
  r.get("BridgeNfIptables", i.bridge_nf_iptables);
  r.get("BridgeNfIp6tables", i.bridge_nf_ip6tables);
  r.get("Debug", i.debug);
  r.get("KernelVersion", i.kernel_version);
  r.get("OperatingSystem", i.operating_system);
  r.get("OSVersion", i.os_version);
  r.get("OSType", i.os_type);
  r.get("Architecture", i.architecture);
}

void read_names(const Reader& r, Info& i) {
  r.get("LoggingDriver", i.logging_driver);
  r.get("CgroupDriver", i.cgroup_driver);
  r.get("CgroupVersion", i.cgroup_version);
  r.get("IndexServerAddress", i.index_server_address);
  r.get("HttpProxy", i.http_proxy);
  r.get("HttpsProxy", i.https_proxy);
  r.get("NoProxy", i.no_proxy);
  r.get("Name", i.name);
  r.get("Labels", i.labels);
  r.get("ExperimentalBuild", i.experimental_build);
  r.get("ServerVersion", i.server_version);
  r.get("DefaultRuntime", i.default_runtime);
  r.get("LiveRestoreEnabled", i.live_restore_enabled);
  r.get("InitBinary", i.init_binary);
  r.get("SecurityOptions", i.security_options);
  r.get("Warnings", i.warnings);
}

}  // namespace

std::string encode(const Version& v) {
  Writer w;
  w.open();
  w.key("Platform");
  w.open();
  w.field("Name", v.platform_name);
  w.close();
  w.key("Components");
  w.open_array();
  for (const auto& component : v.components) {
    w.open();
    w.field("Name", component.name);
    w.field("Version", component.version);
    w.field("Details", component.details);
    w.close();
  }
  w.close_array();
  w.field("Version", v.version);
  w.field("ApiVersion", v.api_version);
  w.field("MinAPIVersion", v.min_api_version);
  w.field("GitCommit", v.git_commit);
  w.field("GoVersion", v.go_version);
  w.field("Os", v.os);
  w.field("Arch", v.arch);
  w.omit("KernelVersion", v.kernel_version);
  w.omit("Experimental", v.experimental);
  w.omit("BuildTime", v.build_time);
  w.close();
  return w.take();
}

Result<Version> decode_version(std::string_view text) {
  return json::decode_object<Version>(text, [](const Reader& r, Version& v) {
    r.child("Platform").get("Name", v.platform_name);
    r.list("Components", v.components, [](const Reader& one, VersionComponent& c) {
      one.get("Name", c.name);
      one.get("Version", c.version);
      one.get("Details", c.details);
    });
    r.get("Version", v.version);
    r.get("ApiVersion", v.api_version);
    r.get("MinAPIVersion", v.min_api_version);
    r.get("GitCommit", v.git_commit);
    r.get("GoVersion", v.go_version);
    r.get("Os", v.os);
    r.get("Arch", v.arch);
    r.get("KernelVersion", v.kernel_version);
    r.get("Experimental", v.experimental);
    r.get("BuildTime", v.build_time);
  });
}

std::string encode(const Info& i) {
  Writer w;
  w.open();
  w.field("ID", i.id);
  w.field("Containers", i.containers);
  w.field("ContainersRunning", i.containers_running);
  w.field("ContainersPaused", i.containers_paused);
  w.field("ContainersStopped", i.containers_stopped);
  w.field("Images", i.images);
  write_storage(w, i);
  write_kernel(w, i);
  write_registry(w, i);
  w.field("NCPU", i.n_cpu);
  w.field("MemTotal", i.mem_total);
  w.key("GenericResources");
  w.null();
  w.field("HttpProxy", i.http_proxy);
  w.field("HttpsProxy", i.https_proxy);
  w.field("NoProxy", i.no_proxy);
  w.field("Name", i.name);
  w.field("Labels", i.labels);
  w.field("ExperimentalBuild", i.experimental_build);
  w.field("ServerVersion", i.server_version);
  write_runtimes(w, i);
  w.field("SecurityOptions", i.security_options);
  write_list_or_null(w, "Warnings", i.warnings);
  w.field("CDISpecDirs", std::vector<std::string>{});
  w.close();
  return w.take();
}

Result<Info> decode_info(std::string_view text) {
  return json::decode_object<Info>(text, [](const Reader& r, Info& i) {
    read_counts(r, i);
    read_kernel(r, i);
    read_names(r, i);
    read_plugins(r, i);
  });
}

}  // namespace hexad::api
