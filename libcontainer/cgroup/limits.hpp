// Limits of a container, what the host supports of them, and Docker's rules for leaving out what
// it does not. Pure: no system calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::cgroup {

// One line of the device list; later ones win. Numbers: nullopt is any.
struct DeviceRule {
  bool allow = false;
  char type = 'a';  // a b c
  std::optional<std::uint32_t> major, minor;
  std::string access = "rwm";
};

struct Limits {
  std::int64_t memory = 0;              // bytes; 0: not set, -1: unlimited
  std::int64_t memory_reservation = 0;  // bytes
  std::int64_t memory_swap = 0;  // memory plus swap, bytes; 0: twice the memory, -1: unlimited
  std::optional<std::uint64_t> swappiness;  // 0..100
  bool oom_kill_disable = false;
  std::uint64_t cpu_shares = 0;          // 1024 is one share
  std::int64_t cpu_quota = 0;            // us in a period; -1: unlimited
  std::uint64_t cpu_period = 0;          // us; 0: 100 000
  std::int64_t nano_cpus = 0;            // 1e9 is one CPU; instead of quota and period
  std::string cpuset_cpus, cpuset_mems;  // "0-2,4"
  std::int64_t pids = 0;                 // 0: not set, -1: unlimited
  std::uint16_t blkio_weight = 0;        // 10..1000
  std::vector<DeviceRule> devices;       // empty: no device restriction at all (privileged)
};

// What the host can do; also the answers of /info.
struct Support {
  bool memory = false, swap = false, memory_reservation = false, swappiness = false,
       oom_kill_disable = false, cpu_shares = false, cpu_cfs = false, cpuset = false, pids = false,
       blkio_weight = false, devices = false, freezer = false;
  std::uint32_t cpu_count = 1;  // usable CPUs, for the range of NanoCpus
  std::string cpus, mems;       // "0-1": what a cpuset may name
};

// Docker's checks (moby daemon/daemon_unix.go, verifyPlatformContainerResources): what the kernel
// lacks is taken out with a warning in Docker's words, what is wrong is invalid_argument in its
// words. Returns the warnings. On update() pass `update`.
Result<std::vector<std::string>> adjust_limits(Limits& limits, const Support& support,
                                               bool update = false);

// moby and runc: deny all, then the nodes of /dev, ptys, and mknod of everything. /dev/net/tun
// and fuse are not among them.
std::vector<DeviceRule> default_device_rules();

// "0-2,4" as sorted numbers; nullopt when it is no list.
std::optional<std::vector<std::uint32_t>> parse_cpu_list(const std::string& text);

}  // namespace hexad::cgroup
