// Which kernel settings belong to a namespace, and writing them. The rules and texts are those of
// runc, libcontainer/configs/validate.
#include <algorithm>
#include <array>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/rootfs/rootfs.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

constexpr std::array<std::string_view, 8> kIpc{
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
    "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
};

// sysctl(8): where the first separator is a slash, dots and slashes change places.
std::string dotted(const std::string& key) {
  const std::size_t first = key.find_first_of("./");
  if (first == std::string::npos || key[first] == '.') return key;
  std::string out = key;
  for (char& c : out) c = c == '/' ? '.' : c == '.' ? '/' : c;
  return out;
}

std::string path_of(const std::string& key) {
  std::string out = dotted(key);
  for (char& c : out) c = c == '.' ? '/' : c == '/' ? '.' : c;
  return out;
}

}  // namespace

std::string sysctl_problem(const std::string& key, bool own_ipc, bool own_net) {
  const std::string name = dotted(key);
  const std::string path = path_of(key);
  for (std::string_view part : split(path, '/'))
    if (part.empty() || part == "." || part == "..")
      return fmt::format("sysctl \"{}\" is not a valid name", key);
  if (std::find(kIpc.begin(), kIpc.end(), name) != kIpc.end() || name.starts_with("fs.mqueue.")) {
    if (own_ipc) return {};
    return fmt::format("sysctl \"{}\" is not allowed in the hosts ipc namespace", key);
  }
  if (name.starts_with("net.")) {
    if (own_net) return {};
    return fmt::format("sysctl \"{}\" not allowed in host network namespace", key);
  }
  if (name == "kernel.domainname") return {};
  if (name == "kernel.hostname")
    return fmt::format(
        "sysctl \"{}\" is not allowed as it conflicts with the OCI \"hostname\" field", key);
  return fmt::format("sysctl \"{}\" is not in a separate kernel namespace", key);
}

Result<> write_sysctls(int root, const RootfsSpec& spec) {
  for (const auto& [key, value] : spec.sysctls) {
    // The daemon has checked the namespaces; this is the last look before a write.
    if (const std::string problem = sysctl_problem(key, true, true); !problem.empty())
      return fail(Code::invalid_argument, "{}", problem);
    auto file = open_in_root(root, "proc/sys/" + path_of(key), O_WRONLY);
    if (!file) return pass(std::move(file).error(), fmt::format("set sysctl {}", key));
    auto wrote = write_all(file->get(), value);
    if (!wrote) return pass(std::move(wrote).error(), fmt::format("set sysctl {}={}", key, value));
  }
  return {};
}

}  // namespace hexad::rootfs
