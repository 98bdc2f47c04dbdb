// The root file system that a container is given: plain data, no Docker words. The daemon
// decides, rootfs.hpp does.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hexad::rootfs {

enum class MountKind : std::uint8_t { bind, tmpfs };
enum class Propagation : std::uint8_t { rprivate, priv, rshared, shared, rslave, slave };

// A mount that the user asked for, or one of the engine's own files (/etc/hosts ...).
struct Mount {
  MountKind kind = MountKind::bind;
  std::string source;       // absolute host path for bind
  std::string target;       // absolute path inside; missing directories and files are made
  std::uint64_t flags = 0;  // MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | ...
  bool recursive = true;    // rbind
  Propagation propagation = Propagation::rprivate;
  std::string options;  // tmpfs data: "size=64m,mode=1777"
  // A new named volume: when its source directory is empty, what the image holds at `target`
  // is copied into it first, with owners and modes.
  bool copy_up = false;
};

struct DeviceNode {
  std::string path;  // inside
  char type = 'c';   // c b p
  std::uint32_t major = 0, minor = 0;
  std::uint32_t mode = 0666, uid = 0, gid = 0;
  std::string source;  // host path, for a user namespace, where it is bound; empty: `path`
};

// One directory of the container's own cgroup, shown under /sys/fs/cgroup. From
// cgroup::Manager::view().
struct CgroupView {
  std::string name;    // "memory", "cpu,cpuacct", "systemd"; empty: /sys/fs/cgroup itself (v2)
  std::string source;  // absolute host path, /sys/fs/cgroup/memory/hexad-1f2e3d4c/<id>
  std::vector<std::string> links;  // v1: names that point to `name`, "cpu" and "cpuacct"
};

struct RootfsSpec {
  std::vector<std::string> lower;  // layer directories, topmost first
  std::string upper, work;         // overlayfs
  bool read_only = false;
  bool privileged = false;          // sysfs and cgroups writable, all host devices, nothing masked
  std::vector<Mount> mounts;        // in order, after the standard ones
  std::vector<DeviceNode> devices;  // besides the standard nodes
  std::vector<std::string> masked_paths, readonly_paths;
  std::vector<CgroupView> cgroups;     // empty: nothing is mounted at /sys/fs/cgroup
  std::uint64_t shm_size = 64U << 20;  // bytes
  bool share_host_ipc = false;         // /dev/shm and mqueue are the host's
  std::vector<std::pair<std::string, std::string>> sysctls;  // "net.core.somaxconn" -> value
};

}  // namespace hexad::rootfs
