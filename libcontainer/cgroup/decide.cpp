#include "libcontainer/cgroup/decide.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "libcontainer/base/strings.hpp"

namespace hexad::cgroup {
namespace {

constexpr std::uint64_t kPeriod = 100'000;  // us, the kernel's default

struct Quota {
  std::int64_t quota = 0;    // us; 0: not set
  std::uint64_t period = 0;  // us; 0: not set
};

Quota quota_of(const Limits& l) {
  if (l.nano_cpus > 0)
    return {l.nano_cpus * static_cast<std::int64_t>(kPeriod) / 1'000'000'000, kPeriod};
  return {l.cpu_quota, l.cpu_period};
}

// Memory plus swap; 0: leave.
std::int64_t swap_of(const Limits& l) {
  if (l.memory_swap != 0) return l.memory_swap;
  if (l.memory > 0) return l.memory * 2;
  return 0;
}

std::string number_or_max(std::int64_t n) { return n < 0 ? "max" : std::to_string(n); }

unsigned access_bits(const std::string& access) {
  unsigned bits = 0;
  for (const char c : access) bits |= c == 'r' ? 1U : c == 'w' ? 2U : c == 'm' ? 4U : 0U;
  return bits;
}

std::string access_text(unsigned bits) {
  std::string out;
  if ((bits & 1U) != 0) out += 'r';
  if ((bits & 2U) != 0) out += 'w';
  if ((bits & 4U) != 0) out += 'm';
  return out;
}

}  // namespace

std::vector<FileWrite> v1_writes(const Limits& l) {
  std::vector<FileWrite> out;
  const auto add = [&out](const char* controller, const char* file, auto value) {
    if constexpr (std::is_convertible_v<decltype(value), std::string>) {
      out.push_back({controller, file, value});
    } else {
      out.push_back({controller, file, std::to_string(value)});
    }
  };
  if (l.memory != 0) add("memory", "memory.limit_in_bytes", l.memory);
  if (const std::int64_t swap = swap_of(l); swap != 0)
    add("memory", "memory.memsw.limit_in_bytes", swap);
  if (l.memory_reservation != 0) add("memory", "memory.soft_limit_in_bytes", l.memory_reservation);
  if (l.swappiness) add("memory", "memory.swappiness", *l.swappiness);
  if (l.oom_kill_disable) add("memory", "memory.oom_control", 1);
  if (l.cpu_shares != 0) add("cpu", "cpu.shares", l.cpu_shares);
  const Quota quota = quota_of(l);
  if (quota.period != 0) add("cpu", "cpu.cfs_period_us", quota.period);
  if (quota.quota != 0) add("cpu", "cpu.cfs_quota_us", quota.quota);
  if (!l.cpuset_cpus.empty()) add("cpuset", "cpuset.cpus", l.cpuset_cpus);
  if (!l.cpuset_mems.empty()) add("cpuset", "cpuset.mems", l.cpuset_mems);
  if (l.pids != 0) add("pids", "pids.max", number_or_max(l.pids));
  if (l.blkio_weight != 0) add("blkio", "blkio.weight", l.blkio_weight);
  return out;
}

std::vector<FileWrite> v2_writes(const Limits& l) {
  std::vector<FileWrite> out;
  if (l.memory != 0) out.push_back({"memory", "memory.max", number_or_max(l.memory)});
  // v2 counts swap alone, not memory plus swap.
  if (const std::int64_t swap = swap_of(l); swap < 0) {
    out.push_back({"memory", "memory.swap.max", "max"});
  } else if (swap > 0 && l.memory > 0) {
    out.push_back({"memory", "memory.swap.max", std::to_string(swap - l.memory)});
  }
  if (l.memory_reservation != 0)
    out.push_back({"memory", "memory.low", number_or_max(l.memory_reservation)});
  if (l.cpu_shares != 0)
    out.push_back({"cpu", "cpu.weight", std::to_string(weight_of_shares(l.cpu_shares))});
  const Quota quota = quota_of(l);
  if (quota.quota != 0 || quota.period != 0) {
    const std::string limit = quota.quota > 0 ? std::to_string(quota.quota) : "max";
    const std::uint64_t period = quota.period == 0 ? kPeriod : quota.period;
    out.push_back({"cpu", "cpu.max", fmt::format("{} {}", limit, period)});
  }
  if (!l.cpuset_cpus.empty()) out.push_back({"cpuset", "cpuset.cpus", l.cpuset_cpus});
  if (!l.cpuset_mems.empty()) out.push_back({"cpuset", "cpuset.mems", l.cpuset_mems});
  if (l.pids != 0) out.push_back({"pids", "pids.max", number_or_max(l.pids)});
  if (l.blkio_weight != 0) {
    // 10..1000 to 1..10000.
    const unsigned weight = 1U + (l.blkio_weight - 10U) * 9999U / 990U;
    out.push_back({"io", "io.weight", fmt::format("default {}", weight)});
  }
  return out;
}

std::uint64_t weight_of_shares(std::uint64_t shares) {
  if (shares <= 2) return 1;
  if (shares >= 262144) return 10000;
  const double l = std::log2(static_cast<double>(shares));
  return static_cast<std::uint64_t>(
      std::ceil(std::pow(10.0, (l * l + 125.0 * l) / 612.0 - 7.0 / 34.0)));
}

// kernel Documentation/admin-guide/cgroup-v1/devices.rst: "a" sets the default and drops every
// exception; a rule against the default adds an exception, one with the default removes it.
DeviceSet boil_down(const std::vector<DeviceRule>& rules) {
  using Key = std::tuple<char, std::optional<std::uint32_t>, std::optional<std::uint32_t>>;
  DeviceSet set;
  std::map<Key, unsigned> exceptions;
  for (const DeviceRule& rule : rules) {
    if (rule.type == 'a') {
      set.allow_by_default = rule.allow;
      exceptions.clear();
      continue;
    }
    const Key key{rule.type, rule.major, rule.minor};
    if (rule.allow != set.allow_by_default) {
      exceptions[key] |= access_bits(rule.access);
    } else if (auto found = exceptions.find(key); found != exceptions.end()) {
      found->second &= ~access_bits(rule.access);
    }
  }
  for (const auto& [key, bits] : exceptions) {
    if (bits == 0) continue;
    const auto& [type, major, minor] = key;
    set.exceptions.push_back({!set.allow_by_default, type, major, minor, access_text(bits)});
  }
  return set;
}

std::string device_text(const DeviceRule& rule) {
  if (rule.type == 'a') return "a";
  const auto number = [](const std::optional<std::uint32_t>& n) {
    return n ? std::to_string(*n) : std::string("*");
  };
  return fmt::format("{} {}:{} {}", rule.type, number(rule.major), number(rule.minor), rule.access);
}

std::vector<MountedHierarchy> parse_mountinfo(const std::string& text) {
  std::vector<MountedHierarchy> out;
  for (std::string_view line : split(text, '\n')) {
    // 36 35 98:0 /root /mount opts [optional...] - type source superopts     proc(5)
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto head = split(line.substr(0, dash), ' ');
    const auto tail = split(line.substr(dash + 3), ' ');
    if (head.size() < 5 || tail.size() < 3) continue;
    MountedHierarchy found;
    found.mount_point = std::string(head[4]);
    if (tail[0] == "cgroup2") {
      found.v2 = true;
    } else if (tail[0] == "cgroup") {
      for (std::string_view option : split(tail[2], ','))
        if (option != "rw" && option != "ro" && option != "xattr" && option != "noprefix" &&
            option != "clone_children" && !option.starts_with("release_agent"))
          found.controllers.emplace_back(option);
    } else {
      continue;
    }
    out.push_back(std::move(found));
  }
  return out;
}

std::string v2_path(const std::string& self) {
  for (std::string_view line : split(self, '\n'))
    if (line.starts_with("0::")) return std::string(line.substr(3));
  return "/";
}

std::vector<std::pair<std::string, std::uint64_t>> parse_flat(const std::string& text) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (std::string_view line : split(text, '\n')) {
    const auto [key, value] = split_once(line, ' ');
    if (!value) continue;
    if (const auto n = parse_uint(trim(*value))) out.emplace_back(std::string(key), *n);
  }
  return out;
}

std::uint64_t flat_value(const std::string& text, std::string_view key) {
  for (const auto& [name, value] : parse_flat(text))
    if (name == key) return value;
  return 0;
}

}  // namespace hexad::cgroup
