// What is written into which file for given limits: pure, so that both versions are tested without
// the kernel. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "libcontainer/cgroup/cgroup.hpp"

namespace hexad::cgroup {

struct FileWrite {
  std::string controller;  // "memory"; on v1 it chooses the hierarchy
  std::string file;
  std::string value;
  friend bool operator==(const FileWrite&, const FileWrite&) = default;
};

// In the order of writing. `memory.limit_in_bytes` comes before `memory.memsw...`.
std::vector<FileWrite> v1_writes(const Limits& limits);
std::vector<FileWrite> v2_writes(const Limits& limits);
// cpu.weight (1..10000, default 100) for shares (2..262144, default 1024), so that default becomes
// default: the curve that runc uses since 1.3.2.
std::uint64_t weight_of_shares(std::uint64_t shares);

// Device rules boiled down to one default and its exceptions, as the v1 kernel keeps them.
struct DeviceSet {
  bool allow_by_default = true;
  std::vector<DeviceRule> exceptions;  // `allow` is the opposite of the default
};
DeviceSet boil_down(const std::vector<DeviceRule>& rules);
// "c 1:3 rwm", "b *:* m"
std::string device_text(const DeviceRule& rule);

// One line of /proc/self/mountinfo that is a cgroup mount.
struct MountedHierarchy {
  bool v2 = false;
  std::string mount_point;
  std::vector<std::string> controllers;  // v1; of a named one: its "name=..." only
};
std::vector<MountedHierarchy> parse_mountinfo(const std::string& text);
// The path of the v2 line of /proc/self/cgroup; "/" when there is none.
std::string v2_path(const std::string& self);

// "key value\n" lines.
std::vector<std::pair<std::string, std::uint64_t>> parse_flat(const std::string& text);
std::uint64_t flat_value(const std::string& text, std::string_view key);

}  // namespace hexad::cgroup
