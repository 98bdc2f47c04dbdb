// Paths that the container shall not read (masked) or not write (read-only). One that does not
// exist is passed over.
#include <fcntl.h>
#include <sys/stat.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

// The device over files: the container's own, or the host's where /dev is somebody else's.
Result<UniqueFd> null_device(int root) {
  auto own = open_in_root(root, "dev/null", O_PATH);
  struct stat st {};
  if (own && ::fstat(own->get(), &st) == 0 && S_ISCHR(st.st_mode)) return own;
  return open_at(AT_FDCWD, "/dev/null", O_PATH);
}

Result<> mask(int root, int null, const std::string& path) {
  auto target = open_in_root(root, path, O_PATH);
  if (!target) {
    if (target.error().sys_errno == ENOENT || target.error().sys_errno == ENOTDIR) return {};
    return pass(std::move(target).error());
  }
  struct stat st {};
  if (::fstat(target->get(), &st) != 0) return sys_fail("stat");
  if (S_ISDIR(st.st_mode))
    return mount_here(target->get(), "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1");
  const UniqueFd clone = TRY(clone_tree(null, "", false));
  TRY(set_attributes(clone.get(), 0, 0, MS_PRIVATE, false));
  return attach(clone.get(), target->get());
}

Result<> make_readonly(int root, const std::string& path) {
  auto target = open_in_root(root, path, O_PATH);
  if (!target) {
    if (target.error().sys_errno == ENOENT || target.error().sys_errno == ENOTDIR) return {};
    return pass(std::move(target).error());
  }
  const UniqueFd clone = TRY(clone_tree(target->get(), "", true));
  TRY(set_attributes(clone.get(), MOUNT_ATTR_RDONLY, 0, MS_PRIVATE, true));
  return attach(clone.get(), target->get());
}

}  // namespace

Result<> mask_paths(int root, const RootfsSpec& spec) {
  for (const std::string& path : spec.readonly_paths) {
    auto done = make_readonly(root, path);
    if (!done)
      return pass(std::move(done).error(), fmt::format("can't make \"{}\" read-only", path));
  }
  if (spec.masked_paths.empty()) return {};
  const UniqueFd null = TRY(null_device(root));
  for (const std::string& path : spec.masked_paths) {
    auto done = mask(root, null.get(), path);
    if (!done) return pass(std::move(done).error(), fmt::format("can't mask path \"{}\"", path));
  }
  return {};
}

}  // namespace hexad::rootfs
