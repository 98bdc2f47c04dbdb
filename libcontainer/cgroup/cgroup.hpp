// Control groups of one daemon: /hexad-<instance>/<id> in every hierarchy. Versions 1 (also
// hybrid) and 2 behind one interface. A Manager keeps the parents' descriptors open and is
// thread safe: its functions only read what open() found. Nothing here sleeps for long.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/cgroup/limits.hpp"

namespace hexad::cgroup {

enum class Version : std::uint8_t { v1, v2 };  // a hybrid host counts as v1

// How a child joins. v1: it writes "0" into each of `tasks` while it has one thread (40 us; any
// other way takes milliseconds). `directory`: for CLONE_INTO_CGROUP; on v2 that is the join, on a
// hybrid host it is the unified hierarchy (gives kill_all its one write), absent on pure v1.
struct JoinFds {
  std::vector<UniqueFd> tasks;
  UniqueFd directory;
};

// What a container sees under /sys/fs/cgroup; the fields of rootfs::CgroupView.
struct View {
  std::string name, source;
  std::vector<std::string> links;
};

struct BlkioEntry {
  std::uint64_t major = 0, minor = 0;
  std::string op;  // "read", "write", ...
  std::uint64_t value = 0;
};

struct Stats {
  // cpu, nanoseconds
  std::uint64_t cpu_total = 0, cpu_user = 0, cpu_system = 0;
  std::vector<std::uint64_t> cpu_per_cpu;  // v1 only
  std::uint64_t cpu_periods = 0, cpu_throttled_periods = 0, cpu_throttled_time = 0;
  // memory, bytes
  std::uint64_t memory_usage = 0, memory_max_usage = 0, memory_limit = 0, memory_failcnt = 0;
  std::vector<std::pair<std::string, std::uint64_t>> memory_stat;  // the kernel's names
  std::uint64_t pids_current = 0, pids_limit = 0;                  // limit 0: none
  std::vector<BlkioEntry> blkio_bytes, blkio_operations;
};

struct Options {
  std::string parent;                    // "/hexad-1f2e3d4c"
  std::string mount = "/sys/fs/cgroup";  // tests: a directory made up for the purpose
  std::string mountinfo = "/proc/self/mountinfo";
  std::string self = "/proc/self/cgroup";
};

class Backend;

class Manager {
 public:
  // Finds the hierarchies and makes the parent in each. On v2 it enables the controllers; where
  // systemd has delegated the daemon's own cgroup, the parent is made inside of it and the daemon
  // moves to a leaf beside.
  static Result<Manager> open(const Options& options);
  Manager(Manager&&) noexcept;
  Manager& operator=(Manager&&) noexcept;
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager();

  [[nodiscard]] Version version() const;
  [[nodiscard]] const Support& support() const;

  // Makes the directories and writes the limits. What an earlier run left under the same id is made
  // anew unless processes are in it. On error nothing is left. Pass limits through adjust_limits()
  // first: what the kernel lacks is an error here.
  [[nodiscard]] Result<> create(const std::string& id, const Limits& limits) const;
  // Limits of a live container (`docker update`); fields not set stay as they are.
  [[nodiscard]] Result<> update(const std::string& id, const Limits& limits) const;
  [[nodiscard]] Result<JoinFds> open_joins(const std::string& id) const;
  [[nodiscard]] std::vector<View> view(const std::string& id) const;

  // Every process of it in the caller's pid namespace, sub-groups included; empty when none or
  // gone.
  [[nodiscard]] Result<std::vector<pid_t>> processes(const std::string& id) const;
  // SIGKILL to all, atomically against forks. Frozen ones die as well. Afterwards the group is only
  // good for destroy(): Linux 6.18 kills whoever is cloned into it (CLONE_INTO_CGROUP) later.
  [[nodiscard]] Result<> kill_all(const std::string& id) const;
  // Waits until frozen (at most a second or so; unavailable error then).
  [[nodiscard]] Result<> freeze(const std::string& id) const;
  [[nodiscard]] Result<> thaw(const std::string& id) const;

  // How many were killed for lack of memory since it was made.
  [[nodiscard]] Result<std::uint64_t> oom_kills(const std::string& id) const;
  [[nodiscard]] Result<Stats> stats(const std::string& id) const;

  // Removes the directories, sub-groups included. A missing one is fine. conflict while processes
  // are still in it after some 100 ms.
  [[nodiscard]] Result<> destroy(const std::string& id) const;
  // Ids under our parent, in any hierarchy, sorted (recovery).
  [[nodiscard]] Result<std::vector<std::string>> list() const;
  // Removes the parent itself; fine if it is not empty or gone.
  [[nodiscard]] Result<> remove_parent() const;

 private:
  explicit Manager(std::unique_ptr<Backend> backend);
  std::unique_ptr<Backend> backend_;
};

}  // namespace hexad::cgroup
