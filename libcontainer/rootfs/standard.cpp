// The mounts that every container has: /proc, /dev and what is below it, /sys, cgroups. Options
// are those of moby daemon/pkg/oci/defaults.go.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

constexpr unsigned long kStrict = MS_NOSUID | MS_NODEV | MS_NOEXEC;
constexpr std::uint64_t kStrictAttributes =
    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

Result<> mount_standard(int root, const char* type, const char* path, unsigned long flags,
                        const std::string& data) {
  auto target = make_target(root, path, true);
  if (!target) return mount_fail(std::move(target).error(), type, path);
  auto mounted = mount_here(target->get(), type, flags, data);
  if (!mounted) return mount_fail(std::move(mounted).error(), type, path);
  return {};
}

// A detached mount, or a clone of the host's own, at a directory.
Result<> place(int root, int mount, const char* path) {
  auto target = make_target(root, path, true);
  if (!target) return mount_fail(std::move(target).error(), path, path);
  auto attached = attach(mount, target->get());
  if (!attached) return mount_fail(std::move(attached).error(), path, path);
  return {};
}

Result<> bind_host(int root, const char* path, std::uint64_t attributes) {
  auto mount = clone_tree(AT_FDCWD, path, true);
  if (!mount) return mount_fail(std::move(mount).error(), path, path);
  TRY(set_attributes(mount->get(), attributes, 0, MS_PRIVATE, true));
  return place(root, mount->get(), path);
}

Result<> mount_pts(int root) {
  const std::string data = "newinstance,ptmxmode=0666,mode=0620";
  auto mounted = mount_standard(root, "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, data + ",gid=5");
  // EINVAL: group 5 (tty) has no place in this user namespace's map.
  if (!mounted && mounted.error().sys_errno == EINVAL)
    mounted = mount_standard(root, "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, data);
  return mounted;
}

Result<> mount_cgroup_v1_tree(int root, const RootfsSpec& spec) {
  const char* const path = "/sys/fs/cgroup";
  TRY(mount_standard(root, "tmpfs", path, kStrict, "mode=755"));
  const UniqueFd tree = TRY(open_in_root(root, path, O_PATH | O_DIRECTORY));
  const std::uint64_t attributes = kStrictAttributes | (spec.privileged ? 0 : MOUNT_ATTR_RDONLY);
  for (const CgroupView& view : spec.cgroups) {
    if (::mkdirat(tree.get(), view.name.c_str(), 0755) != 0)
      return mount_fail("cgroup", path, "mkdir " + view.name);
    auto mount = clone_tree(AT_FDCWD, view.source, false);
    if (!mount) return mount_fail(std::move(mount).error(), view.source, path);
    TRY(set_attributes(mount->get(), attributes, 0, MS_PRIVATE, false));
    auto attached = attach_at(mount->get(), tree.get(), view.name);
    if (!attached) return mount_fail(std::move(attached).error(), view.source, path);
    for (const std::string& link : view.links)
      if (::symlinkat(view.name.c_str(), tree.get(), link.c_str()) != 0 && errno != EEXIST)
        return mount_fail("cgroup", path, "symlink " + link);
  }
  return spec.privileged ? Result<>{} : set_attributes(tree.get(), MOUNT_ATTR_RDONLY, 0, 0, false);
}

}  // namespace

bool user_mounts(const RootfsSpec& spec, std::string_view path) {
  for (const Mount& mount : spec.mounts)
    if (clean_path(mount.target) == path) return true;
  return false;
}

Result<> mount_proc(int root) { return mount_standard(root, "proc", "/proc", kStrict, {}); }

Result<> mount_dev(int root) {
  return mount_standard(root, "tmpfs", "/dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
}

Result<> mount_below_dev(int root, const RootfsSpec& spec, UniqueFd shm) {
  if (!user_mounts(spec, "/dev/pts")) TRY(mount_pts(root));
  if (!user_mounts(spec, "/dev/shm")) {
    if (shm) {
      TRY(place(root, shm.get(), "/dev/shm"));
    } else if (spec.share_host_ipc) {
      TRY(bind_host(root, "/dev/shm", 0));
    } else {
      const auto data = fmt::format("mode=1777,size={}", spec.shm_size);
      auto target = TRY(make_target(root, "/dev/shm", true));
      if (::fchdir(target.get()) != 0 || ::mount("shm", ".", "tmpfs", kStrict, data.c_str()) != 0)
        return mount_fail("shm", "/dev/shm", "mount shm");
    }
  }
  if (user_mounts(spec, "/dev/mqueue")) return {};
  if (spec.share_host_ipc && path_exists("/dev/mqueue")) return bind_host(root, "/dev/mqueue", 0);
  return mount_standard(root, "mqueue", "/dev/mqueue", kStrict, {});
}

Result<> mount_sys(int root, const RootfsSpec& spec) {
  const bool writable = spec.privileged;
  auto mounted = mount_standard(root, "sysfs", "/sys", kStrict | (writable ? 0 : MS_RDONLY), {});
  if (mounted || mounted.error().sys_errno != EPERM) return mounted;
  // sysfs shows a network namespace; without owning one only the host's own mount can be had.
  return bind_host(root, "/sys", kStrictAttributes | (writable ? 0 : MOUNT_ATTR_RDONLY));
}

Result<> mount_cgroups(int root, const RootfsSpec& spec) {
  if (spec.cgroups.empty()) return {};
  if (!spec.cgroups.front().name.empty()) return mount_cgroup_v1_tree(root, spec);
  auto mount = clone_tree(AT_FDCWD, spec.cgroups.front().source, false);
  if (!mount) return mount_fail(std::move(mount).error(), "cgroup", "/sys/fs/cgroup");
  TRY(set_attributes(mount->get(), kStrictAttributes | (spec.privileged ? 0 : MOUNT_ATTR_RDONLY), 0,
                     MS_PRIVATE, false));
  return place(root, mount->get(), "/sys/fs/cgroup");
}

}  // namespace hexad::rootfs
