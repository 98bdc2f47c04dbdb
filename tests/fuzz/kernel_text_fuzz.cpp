// What the kernel's text files say is parsed without trust: mountinfo, cgroup counters, cpu lists;
// and what a user writes about paths and sysctls.
#include <cstdint>
#include <cstdlib>

#include "libcontainer/cgroup/decide.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/rootfs.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const auto& found : cgroup::parse_mountinfo(text))
    if (found.mount_point.find(' ') != std::string::npos) std::abort();
  (void)cgroup::v2_path(text);
  (void)cgroup::parse_flat(text);
  if (const auto list = cgroup::parse_cpu_list(text); list && list->size() > 8192) std::abort();
  rootfs::Mount mount;
  mount.source = "/srv/data";
  mount.propagation = rootfs::Propagation::rshared;
  (void)rootfs::propagation_problem(mount, text);
  const std::string clean = rootfs::clean_path(text);
  if (!clean.starts_with('/') || rootfs::clean_path(clean) != clean) std::abort();
  if ((clean + "/").find("/../") != std::string::npos) std::abort();
  // What passes names a file below /proc/sys/{net,kernel,fs}, without any way up.
  if (rootfs::sysctl_problem(text, true, true).empty() && text.find("../") == 0) std::abort();
  return 0;
}
