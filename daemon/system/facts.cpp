#include "daemon/system/facts.hpp"

#include <linux/magic.h>
#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::system {
namespace {

// os-release(5): shell quoting, of which only quotes and backslashes occur.
std::string unquote(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front()) {
    text = text.substr(1, text.size() - 2);
  }
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

// The path of this process in the one hierarchy of v2: "0::/x".
std::string own_v2_path(std::string_view self) {
  for (const auto line : split(self, '\n')) {
    if (line.starts_with("0::")) return std::string(line.substr(3));
  }
  return "/";
}

CgroupFacts v2_facts(const std::string& root, std::string_view self) {
  CgroupFacts out;
  out.version = 2;
  const auto text = read_file(root + "/cgroup.controllers").value_or("");
  for (const auto controller : split(trim(text), ' ')) {
    if (controller == "memory") out.memory = true;
    if (controller == "cpu") out.cpu_shares = out.cpu_quota = true;
    if (controller == "cpuset") out.cpuset = true;
    if (controller == "pids") out.pids = true;
  }
  // The root has no such file; without a group of our own there is nothing to look at.
  const auto own = own_v2_path(self);
  out.swap = out.memory && (own == "/" || path_exists(root + own + "/memory.swap.max"));
  return out;
}

}  // namespace

Os parse_os_release(std::string_view text) {
  Os out;
  for (const auto line : split(text, '\n')) {
    const auto [key, value] = split_once(trim(line), '=');
    if (!value) continue;
    if (key == "PRETTY_NAME") out.name = unquote(*value);
    if (key == "VERSION_ID") out.version = unquote(*value);
  }
  if (out.name.empty()) out.name = "Linux";
  return out;
}

Os host_os() {
  for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    if (const auto text = read_file(path, 64U << 10)) return parse_os_release(*text);
  }
  return parse_os_release("");
}

Kernel kernel() {
  utsname names{};
  ::uname(&names);
  return {names.release, names.machine, names.nodename};
}

std::string go_arch(std::string_view machine) {
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  if (machine.starts_with("arm")) return "arm";
  if (machine == "i686" || machine == "i386") return "386";
  return std::string(machine);
}

CgroupFacts cgroup_facts(const std::string& root, std::string_view self) {
  if (path_exists(root + "/cgroup.controllers")) return v2_facts(root, self);
  CgroupFacts out;
  out.memory = path_exists(root + "/memory/memory.limit_in_bytes");
  out.swap = path_exists(root + "/memory/memory.memsw.limit_in_bytes");
  out.oom_kill_disable = path_exists(root + "/memory/memory.oom_control");
  out.kernel_memory_tcp = path_exists(root + "/memory/memory.kmem.tcp.limit_in_bytes");
  out.cpu_shares = path_exists(root + "/cpu/cpu.shares");
  out.cpu_quota = path_exists(root + "/cpu/cpu.cfs_quota_us");
  out.cpuset = path_exists(root + "/cpuset/cpuset.cpus");
  out.pids = path_exists(root + "/pids");
  return out;
}

std::string filesystem_of(const std::string& path) {
  struct statfs st {};
  if (::statfs(path.c_str(), &st) != 0) return "unknown";
  switch (static_cast<unsigned long>(st.f_type)) {
    case EXT4_SUPER_MAGIC: return "extfs";
    case XFS_SUPER_MAGIC: return "xfs";
    case BTRFS_SUPER_MAGIC: return "btrfs";
    case TMPFS_MAGIC: return "tmpfs";
    case OVERLAYFS_SUPER_MAGIC: return "overlayfs";
    case NFS_SUPER_MAGIC: return "nfs";
    default: return fmt::format("{:#x}", static_cast<unsigned long>(st.f_type));
  }
}

std::string without_credentials(std::string_view url) {
  const auto scheme = url.find("://");
  const auto start = scheme == url.npos ? 0 : scheme + 3;
  const auto at = url.substr(0, url.find('/', start)).rfind('@');
  if (at == url.npos || at < start) return std::string(url);
  return fmt::format("{}xxxxx:xxxxx{}", url.substr(0, start), url.substr(at));
}

std::int64_t processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return ::sysconf(_SC_NPROCESSORS_ONLN);
}

std::int64_t memory_total() {
  struct sysinfo info {};
  if (::sysinfo(&info) != 0) return 0;
  return static_cast<std::int64_t>(info.totalram) * info.mem_unit;
}

std::int64_t open_descriptors() {
  std::error_code ignored;
  std::int64_t count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd", ignored))
    ++count;
  return count > 0 ? count - 1 : 0;  // the one that lists
}

std::int64_t threads() {
  const auto status = read_file("/proc/self/status").value_or("");
  for (const auto line : split(status, '\n')) {
    if (line.starts_with("Threads:")) return parse_int(trim(line.substr(8))).value_or(0);
  }
  return 0;
}

bool sysctl_on(const std::string& path) {
  const auto text = read_file(path, 64);
  return text && parse_int(trim(*text)).value_or(0) != 0;
}

}  // namespace hexad::system
