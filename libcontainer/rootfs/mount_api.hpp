// The mount system calls that the rest of this folder uses, on descriptors only: a path inside
// the root is resolved once, by openat2, and never again.
#pragma once

#include <sys/mount.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::rootfs {

// `error mounting "source" to rootfs at "target": doing: not a directory`, errno as it stands.
// The words of an errno begin with a small letter, as clients of runc know them.
tl::unexpected<Error> mount_fail(std::string_view source, std::string_view target,
                                 std::string_view doing);
tl::unexpected<Error> mount_fail(Error cause, std::string_view source, std::string_view target);

// open_tree(2) with OPEN_TREE_CLONE: a detached copy. An empty path is `dirfd` itself.
Result<UniqueFd> clone_tree(int dirfd, const std::string& path, bool recursive);
// mount_setattr(2). `propagation`: MS_PRIVATE ... or 0.
Result<> set_attributes(int mount, std::uint64_t set, std::uint64_t clear,
                        std::uint64_t propagation, bool recursive);
// move_mount(2): a detached mount onto an open directory or file.
Result<> attach(int mount, int target);
Result<> attach_at(int mount, int dirfd, const std::string& name);
// mount(2) on an open directory. Changes the working directory to it, which is the cheapest
// race-free way; the caller's own is lost.
Result<> mount_here(int target, const char* type, unsigned long flags, const std::string& data);
// MS_RDONLY ... to MOUNT_ATTR_*; unknown flags are left out.
std::uint64_t attributes_of(std::uint64_t mount_flags);

// A directory or file at `path` as seen inside the root, made where missing (0755), symbolic
// links followed inside the root only, dangling ones too. O_PATH descriptor.
Result<UniqueFd> make_target(int root, std::string_view path, bool directory);
// The directory above `path` (made) and the last name.
struct Place {
  UniqueFd directory;
  std::string name;
};
Result<Place> make_parent(int root, std::string_view path);
// "/a//b/./c/" -> "/a/b/c"; ".." goes up; never above "/".
std::string clean_path(std::string_view path);

}  // namespace hexad::rootfs
