// What a container does not see, or not write. Source: moby daemon/pkg/oci/defaults.go at
// 23f2c12c2adc (defaultLinuxMaskedPaths and ReadonlyPaths), entry by entry.
#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/rootfs/rootfs.hpp"

namespace hexad::rootfs {
namespace {

constexpr std::string_view kMasked[]{
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
};

constexpr std::string_view kReadonly[]{
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

// Each processor's thermal_throttle directory, where the host has one.
void add_thermal(std::vector<std::string>& paths) {
  const std::string cpus = "/sys/devices/system/cpu";
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(cpus.c_str()), &::closedir);
  if (!dir) return;
  std::vector<std::string> found;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with("cpu") || !parse_uint(name.substr(3))) continue;
    std::string path = fmt::format("{}/{}/thermal_throttle", cpus, name);
    if (path_exists(path)) found.push_back(std::move(path));
  }
  std::sort(found.begin(), found.end());
  paths.insert(paths.end(), found.begin(), found.end());
}

}  // namespace

const std::vector<std::string>& default_masked_paths() {
  static const std::vector<std::string> paths = [] {
    std::vector<std::string> out(std::begin(kMasked), std::end(kMasked));
    add_thermal(out);
    return out;
  }();
  return paths;
}

const std::vector<std::string>& default_readonly_paths() {
  static const std::vector<std::string> paths(std::begin(kReadonly), std::end(kReadonly));
  return paths;
}

}  // namespace hexad::rootfs
