// The steps that mount_all() takes, private to this folder. `root`: the new root's directory.
#pragma once

#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/rootfs/rootfs.hpp"

namespace hexad::rootfs {

// The user put a mount of his own at this path ("/dev/shm"), so that ours is left out.
bool user_mounts(const RootfsSpec& spec, std::string_view path);

// standard.cpp
Result<> mount_proc(int root);
Result<> mount_dev(int root);
Result<> mount_below_dev(int root, const RootfsSpec& spec, UniqueFd shm);
Result<> mount_sys(int root, const RootfsSpec& spec);
Result<> mount_cgroups(int root, const RootfsSpec& spec);

// devices.cpp
Result<> make_dev_nodes(int root, const RootfsSpec& spec, bool bind);

// binds.cpp: sources are cloned before the namespace is made a slave, so that "shared" still can
// be.
Result<> open_sources(const RootfsSpec& spec, std::vector<UniqueFd>& sources);
Result<> mount_user(int root, const RootfsSpec& spec, std::vector<UniqueFd>& sources);

// masks.cpp
Result<> mask_paths(int root, const RootfsSpec& spec);

// sysctl.cpp
Result<> write_sysctls(int root, const RootfsSpec& spec);

// copy_up.cpp: fills an empty `to` with what `from` holds; nothing when `to` has entries.
Result<> copy_up(int from, int to);

}  // namespace hexad::rootfs
