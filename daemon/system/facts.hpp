// What the host is and what its kernel offers, read from /proc, /sys and /etc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hexad::system {

struct Os {
  std::string name, version;  // "Debian GNU/Linux 12 (bookworm)", "12"
};
// The text of an os-release(5) file.
Os parse_os_release(std::string_view text);
Os host_os();  // /etc/os-release, then /usr/lib/os-release

struct Kernel {
  std::string release, machine, hostname;
};
Kernel kernel();
// Go's name of an architecture: x86_64 is amd64.
std::string go_arch(std::string_view machine);

struct CgroupFacts {
  int version = 1;
  bool memory = false, swap = false, oom_kill_disable = false, kernel_memory_tcp = false;
  bool cpu_shares = false, cpu_quota = false, cpuset = false, pids = false;
};
// `root`: "/sys/fs/cgroup"; tests give another. `self`: the text of /proc/self/cgroup.
CgroupFacts cgroup_facts(const std::string& root, std::string_view self);

// The kind of file system a path lies on, by the names that Docker's info shows ("extfs", "xfs").
std::string filesystem_of(const std::string& path);
// A proxy's URL with its user and password made unreadable.
std::string without_credentials(std::string_view url);

std::int64_t processors();
std::int64_t memory_total();  // bytes
std::int64_t open_descriptors();
std::int64_t threads();
// A file of /proc/sys that holds one number, is there and not 0.
bool sysctl_on(const std::string& path);

}  // namespace hexad::system
