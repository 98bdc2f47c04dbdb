// What the daemon asks a shim to run: plain data, versioned, no Docker words. The daemon
// decides (defaults, merging with the image, validation); shim and init only do.
// Encoded by wire.hpp; the layouts of an older daemon stay readable (kSpecVersion).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcontainer/ns/id_map.hpp"
#include "libcontainer/rootfs/spec.hpp"
#include "libcontainer/security/capabilities.hpp"

namespace hexad::process {

inline constexpr std::uint32_t kSpecVersion = 1;

using ns::IdMap;

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

using security::Capabilities;

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

using rootfs::DeviceNode;
using rootfs::Mount;
using rootfs::MountKind;
using rootfs::Propagation;
using rootfs::RootfsSpec;

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
  std::string log_path;            // empty: no log ("none")
  std::uint64_t log_max_size = 0;  // bytes; 0: unbounded
  std::uint32_t log_max_files = 1;
};

}  // namespace hexad::process
