#include "libcontainer/cgroup/limits.hpp"

#include <algorithm>

#include "libcontainer/base/strings.hpp"

namespace hexad::cgroup {
namespace {

constexpr std::int64_t kLeastMemory = std::int64_t{6} << 20;  // moby: linuxMinMemory

using Warnings = std::vector<std::string>;

Result<> adjust_memory(Limits& l, const Support& s, bool update, Warnings& warnings) {
  if (l.memory != 0 && l.memory != -1 && l.memory < kLeastMemory)
    return fail(Code::invalid_argument, "Minimum memory limit allowed is 6MB");
  if (l.memory > 0 && !s.memory) {
    warnings.emplace_back(
        "Your kernel does not support memory limit capabilities or the cgroup is not mounted. "
        "Limitation discarded.");
    l.memory = 0;
    l.memory_swap = -1;
  }
  if (l.memory > 0 && l.memory_swap != -1 && !s.swap) {
    warnings.emplace_back(
        "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory "
        "limited without swap.");
    l.memory_swap = -1;
  }
  if (l.memory > 0 && l.memory_swap > 0 && l.memory_swap < l.memory)
    return fail(Code::invalid_argument,
                "Minimum memoryswap limit should be larger than memory limit, see usage");
  if (l.memory == 0 && l.memory_swap > 0 && !update)
    return fail(Code::invalid_argument,
                "You should always set the Memory limit when using Memoryswap limit, see usage");
  if (l.swappiness && !s.swappiness) {
    warnings.emplace_back(
        "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. "
        "Memory swappiness discarded.");
    l.swappiness.reset();
  }
  if (l.swappiness && *l.swappiness > 100)
    return fail(Code::invalid_argument, "Invalid value: {}, valid memory swappiness range is 0-100",
                static_cast<std::int64_t>(*l.swappiness));
  return {};
}

Result<> adjust_reservation(Limits& l, const Support& s, Warnings& warnings) {
  if (l.memory_reservation > 0 && !s.memory_reservation) {
    warnings.emplace_back(
        "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. "
        "Limitation discarded.");
    l.memory_reservation = 0;
  }
  if (l.memory_reservation > 0 && l.memory_reservation < kLeastMemory)
    return fail(Code::invalid_argument, "Minimum memory reservation allowed is 6MB");
  if (l.memory > 0 && l.memory_reservation > 0 && l.memory < l.memory_reservation)
    return fail(Code::invalid_argument,
                "Minimum memory limit can not be less than memory reservation limit, see usage");
  if (l.oom_kill_disable && !s.oom_kill_disable) {
    warnings.emplace_back("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
    l.oom_kill_disable = false;
  }
  if (l.oom_kill_disable && l.memory == 0)
    warnings.emplace_back(
        "OOM killer is disabled for the container, but no memory limit is set, this can result in "
        "the system running out of resources.");
  if (l.pids != 0 && !s.pids) {
    if (l.pids > 0)
      warnings.emplace_back(
          "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs "
          "limit discarded.");
    l.pids = 0;
  }
  return {};
}

Result<> adjust_cpu(Limits& l, const Support& s, Warnings& warnings) {
  if (l.nano_cpus > 0 && l.cpu_period > 0)
    return fail(Code::invalid_argument,
                "Conflicting options: Nano CPUs and CPU Period cannot both be set");
  if (l.nano_cpus > 0 && l.cpu_quota > 0)
    return fail(Code::invalid_argument,
                "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
  if (l.nano_cpus > 0 && !s.cpu_cfs)
    return fail(Code::invalid_argument,
                "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the "
                "cgroup is not mounted");
  if (l.nano_cpus < 0 || l.nano_cpus > std::int64_t{s.cpu_count} * 1'000'000'000)
    return fail(Code::invalid_argument,
                "range of CPUs is from 0.01 to {0}.00, as there are only {0} CPUs available",
                s.cpu_count);
  if (l.cpu_shares > 0 && !s.cpu_shares) {
    warnings.emplace_back(
        "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.");
    l.cpu_shares = 0;
  }
  if ((l.cpu_period != 0 || l.cpu_quota != 0) && !s.cpu_cfs) {
    warnings.emplace_back(
        "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.");
    l.cpu_period = 0;
    l.cpu_quota = 0;
  }
  if (l.cpu_period != 0 && (l.cpu_period < 1000 || l.cpu_period > 1'000'000))
    return fail(Code::invalid_argument,
                "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. "
                "1000000)");
  if (l.cpu_quota > 0 && l.cpu_quota < 1000)
    return fail(Code::invalid_argument, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
  return {};
}

bool contains_all(const std::string& available, const std::vector<std::uint32_t>& wanted) {
  const auto have = parse_cpu_list(available);
  return have && std::includes(have->begin(), have->end(), wanted.begin(), wanted.end());
}

Result<> adjust_cpuset(Limits& l, const Support& s, Warnings& warnings) {
  if (l.cpuset_cpus.empty() && l.cpuset_mems.empty()) return {};
  if (!s.cpuset) {
    warnings.emplace_back(
        "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.");
    l.cpuset_cpus.clear();
    l.cpuset_mems.clear();
    return {};
  }
  const auto cpus = parse_cpu_list(l.cpuset_cpus);
  if (!cpus) return fail(Code::invalid_argument, "Invalid value {} for cpuset cpus", l.cpuset_cpus);
  if (!contains_all(s.cpus, *cpus))
    return fail(Code::invalid_argument,
                "Requested CPUs are not available - requested {}, available: {}", l.cpuset_cpus,
                s.cpus);
  const auto mems = parse_cpu_list(l.cpuset_mems);
  if (!mems) return fail(Code::invalid_argument, "Invalid value {} for cpuset mems", l.cpuset_mems);
  if (!contains_all(s.mems, *mems))
    return fail(Code::invalid_argument,
                "Requested memory nodes are not available - requested {}, available: {}",
                l.cpuset_mems, s.mems);
  return {};
}

DeviceRule allow(char type, std::optional<std::uint32_t> major, std::optional<std::uint32_t> minor,
                 std::string access) {
  return {true, type, major, minor, std::move(access)};
}

}  // namespace

Result<std::vector<std::string>> adjust_limits(Limits& limits, const Support& support,
                                               bool update) {
  Warnings warnings;
  TRY(adjust_memory(limits, support, update, warnings));
  TRY(adjust_reservation(limits, support, warnings));
  TRY(adjust_cpu(limits, support, warnings));
  TRY(adjust_cpuset(limits, support, warnings));
  if (limits.blkio_weight > 0 && !support.blkio_weight) {
    warnings.emplace_back(
        "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight "
        "discarded.");
    limits.blkio_weight = 0;
  }
  if (limits.blkio_weight > 0 && (limits.blkio_weight < 10 || limits.blkio_weight > 1000))
    return fail(Code::invalid_argument, "Range of blkio weight is from 10 to 1000");
  return warnings;
}

// runc libcontainer/specconv (AllowedDevices) and moby daemon/pkg/oci/defaults.go.
std::vector<DeviceRule> default_device_rules() {
  return {
      {},  // deny a *:* rwm
      allow('c', {}, {}, "m"),
      allow('b', {}, {}, "m"),
      allow('c', 1, 3, "rwm"),     // null
      allow('c', 1, 5, "rwm"),     // zero
      allow('c', 1, 7, "rwm"),     // full
      allow('c', 1, 8, "rwm"),     // random
      allow('c', 1, 9, "rwm"),     // urandom
      allow('c', 5, 0, "rwm"),     // tty
      allow('c', 5, 1, "rwm"),     // console
      allow('c', 5, 2, "rwm"),     // ptmx
      allow('c', 136, {}, "rwm"),  // pts
  };
}

std::optional<std::vector<std::uint32_t>> parse_cpu_list(const std::string& text) {
  constexpr std::uint64_t kMost = 8192;  // CONFIG_NR_CPUS is not larger anywhere
  std::vector<std::uint32_t> out;
  if (trim(text).empty()) return out;
  for (std::string_view part : split(trim(text), ',')) {
    const auto [first_text, last_text] = split_once(trim(part), '-');
    const auto first = parse_uint(first_text);
    const auto last = last_text ? parse_uint(*last_text) : first;
    if (!first || !last || *last < *first || *last >= kMost) return std::nullopt;
    for (std::uint64_t n = *first; n <= *last; ++n) out.push_back(static_cast<std::uint32_t>(n));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace hexad::cgroup
