#include "libcontainer/rootfs/rootfs.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/overlay.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

// The new root is laid over "/" of the namespace. Absolute paths of this process still name the
// old root, descriptors the new one, and pivot_root(2) later finds a mount point.
Result<UniqueFd> open_root(const RootfsSpec& spec, UniqueFd ready) {
  UniqueFd root = ready ? std::move(ready) : TRY(open_overlay(spec));
  TRY(set_attributes(root.get(), 0, 0, MS_PRIVATE, false));
  auto attached = attach_at(root.get(), AT_FDCWD, "/");
  if (!attached) return pass(std::move(attached).error(), "error preparing rootfs");
  return root;
}

}  // namespace

Result<UniqueFd> mount_all(const RootfsSpec& spec, Context context) {
  ::umask(0);
  // 1. Copies of the bind sources, while shared mounts are still shared with the host.
  TRY(open_sources(spec, context.sources));
  // 2. From here on nothing goes back to the host.
  if (::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) != 0)
    return sys_fail("error preparing rootfs: make / a slave");
  // 3. The root.
  UniqueFd root = TRY(open_root(spec, std::move(context.root)));
  const int fd = root.get();
  // 4. What the kernel provides.
  const bool foreign_dev = user_mounts(spec, "/dev");
  if (!user_mounts(spec, "/proc")) TRY(mount_proc(fd));
  if (!foreign_dev) {
    TRY(mount_dev(fd));
    TRY(mount_below_dev(fd, spec, std::move(context.shm)));
    TRY(make_dev_nodes(fd, spec, context.in_user_ns));
  }
  if (!user_mounts(spec, "/sys")) {
    TRY(mount_sys(fd, spec));
    if (!user_mounts(spec, "/sys/fs/cgroup")) TRY(mount_cgroups(fd, spec));
  }
  // 5. What the user wants. An empty file system of his at /dev gets the nodes after all.
  TRY(mount_user(fd, spec, context.sources));
  if (foreign_dev) {
    for (const Mount& mount : spec.mounts)
      if (mount.kind == MountKind::tmpfs && clean_path(mount.target) == "/dev") {
        TRY(mount_below_dev(fd, spec, std::move(context.shm)));
        TRY(make_dev_nodes(fd, spec, context.in_user_ns));
      }
  }
  // 6. Kernel settings, then the paths that close.
  TRY(write_sysctls(fd, spec));
  if (!spec.privileged) TRY(mask_paths(fd, spec));
  ::umask(022);
  return root;
}

Result<> enter(int root) {
  if (::fchdir(root) != 0) return sys_fail("chdir to the new root");
  // man 2 pivot_root, 'pivot_root(".", ".")': the old root ends up on top of the new one at ".".
  if (::syscall(SYS_pivot_root, ".", ".") != 0) return sys_fail("pivot_root");
  if (::umount2(".", MNT_DETACH) != 0) return sys_fail("unmount the old root");
  if (::chdir("/") != 0) return sys_fail("chdir /");
  return {};
}

Result<> finish(const RootfsSpec& spec) {
  if (!spec.read_only) return {};
  const UniqueFd root = TRY(open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  auto done = set_attributes(root.get(), MOUNT_ATTR_RDONLY, 0, 0, false);
  if (!done) return pass(std::move(done).error(), "can't make the root read-only");
  return {};
}

}  // namespace hexad::rootfs
