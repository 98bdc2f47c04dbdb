// What the daemon asks a shim to run: plain data, versioned, no Docker words. The daemon
// decides (defaults, merging with the image, validation); shim and init only do.
// Encoded by wire.hpp; the layouts of an older daemon stay readable (kSpecVersion).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hexad::process {

inline constexpr std::uint32_t kSpecVersion = 1;

struct IdMap {
  std::uint32_t inside = 0, outside = 0, count = 0;  // user_namespaces(7)
};

enum class NsMode : std::uint8_t {
  own,   // a new one
  host,  // the daemon's
  join,  // the one whose descriptor came with the request (see Request::join_* in protocol.hpp)
};

struct Namespaces {
  NsMode pid = NsMode::own, net = NsMode::own, mnt = NsMode::own, uts = NsMode::own,
         ipc = NsMode::own, cgroup = NsMode::own;
  bool user = false;  // a new user namespace with the maps below
  std::vector<IdMap> uid_map, gid_map;
};

struct Rlimit {
  int resource = 0;  // RLIMIT_*
  std::uint64_t soft = 0, hard = 0;
};

// Capabilities as bit masks, bit N = capability number N (capabilities(7)).
struct Capabilities {
  std::uint64_t bounding = 0, effective = 0, permitted = 0, inheritable = 0, ambient = 0;
};

// One process: the container's first, or an exec'd one.
struct ProcessSpec {
  std::vector<std::string> argv;  // argv[0] without '/' is looked up in env's PATH
  std::vector<std::string> env;   // KEY=value; HOME is added from passwd when absent
  std::string cwd = "/";          // made (root:root 0755) where missing if make_cwd
  bool make_cwd = false;
  std::string user;                     // "", "name", "1000", "name:group", "1000:1000"
  std::vector<std::string> add_groups;  // names or numbers
  Capabilities caps;                    // for uid 0; another uid keeps bounding and ambient only
  bool no_new_privs = false;
  std::string seccomp;  // BPF program as array of struct sock_filter; empty: none
  std::vector<Rlimit> rlimits;
  bool tty = false;
  std::uint16_t rows = 0, columns = 0;  // of the terminal; 0: leave
  bool open_stdin = false;              // false: /dev/null
  bool stdin_once = false;              // stdin is closed when the first viewer with stdin leaves
  std::optional<int> oom_score_adj;
};

enum class MountKind : std::uint8_t { bind, tmpfs };
enum class Propagation : std::uint8_t { rprivate, priv, rshared, shared, rslave, slave };

// A mount that the user asked for, or one of the engine's own files (/etc/hosts ...).
struct Mount {
  MountKind kind = MountKind::bind;
  std::string source;   // absolute host path for bind
  std::string target;   // absolute path inside; missing directories and files are made
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
};

struct RootfsSpec {
  std::vector<std::string> lower;  // layer directories, topmost first; may be empty with `plain`
  std::string upper, work;         // overlayfs
  bool read_only = false;
  bool privileged = false;  // sysfs and cgroups writable, all host devices, nothing masked
  std::vector<Mount> mounts;                // in order, after the standard ones
  std::vector<DeviceNode> devices;          // besides the standard nodes
  std::vector<std::string> masked_paths, readonly_paths;
  std::uint64_t shm_size = 64U << 20;  // bytes
  bool share_host_ipc = false;         // /dev/shm and mqueue are the host's
  std::vector<std::pair<std::string, std::string>> sysctls;  // "net.core.somaxconn" -> value
};

struct ContainerSpec {
  std::uint32_t version = kSpecVersion;
  std::string id;  // 64 hex digits
  std::string hostname, domainname;
  Namespaces ns;
  RootfsSpec rootfs;
  ProcessSpec process;
  bool init = false;  // run a tiny init as PID 1 that reaps and forwards signals
  // The network namespace of its own is wired by the daemon: init sends its rtnetlink socket up
  // and waits with exec for `go`. False: lo is set up by init itself and nothing is asked.
  bool wire_network = false;
  bool disable_ipv6 = false;
  // Log: written by the shim.
  std::string log_path;          // empty: no log ("none")
  std::uint64_t log_max_size = 0;  // bytes; 0: unbounded
  std::uint32_t log_max_files = 1;
};

}  // namespace hexad::process
