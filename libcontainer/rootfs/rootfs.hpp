// Makes a container's root file system: overlay, /proc /sys /dev, the user's mounts, masks,
// pivot_root. Called by init, single threaded, inside the container's own mount namespace; the
// kernel takes all of it down when the namespace dies, so that nothing here undoes anything.
// Decisions (which mounts, which masks) are the daemon's and come in the spec.
//
//   root = mount_all(spec, context)        everything but the pivot
//   [open_terminal, mount_console]         a container with a terminal
//   enter(root)                            pivot_root; the old root is gone
//   [cwd is made by the caller]
//   finish(spec)                           read-only root
//
// Errors are of Code::internal with errno and a complete text such as
// `error mounting "/src" to rootfs at "/dst": ...: not a directory`.
#pragma once

#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/rootfs/spec.hpp"

namespace hexad::rootfs {

struct Context {
  bool in_user_ns = false;  // devices are bound, since mknod is not allowed
  // A detached mount that becomes the root instead of an overlay built here; it is consumed.
  UniqueFd root;
  // Detached mounts by index of spec.mounts (an empty one: opened here by path); consumed. For a
  // user namespace, whose root may not search the host directories above a source.
  std::vector<UniqueFd> sources;
  // A detached mount of another container's /dev/shm (ipc mode "container:"); consumed.
  UniqueFd shm;
};

// All mounts, device nodes, links, sysctls, masks. Returns a directory descriptor of the new root,
// which is then mounted over "/" of the namespace but not yet pivoted into. Sets umask 022.
Result<UniqueFd> mount_all(const RootfsSpec& spec, Context context);

struct Terminal {
  UniqueFd master, slave;
};
// A new pair from the container's own devpts. Before or after enter().
Result<Terminal> open_terminal(int root);
// Binds the slave to /dev/console. Before or after enter().
Result<> mount_console(int root, int slave);

// pivot_root(2) into it and drops everything of the old root; cwd is "/" afterwards.
Result<> enter(int root);
// After enter(): makes "/" read-only if the spec says so.
Result<> finish(const RootfsSpec& spec);

// --- user namespaces: what only a process with the host's privileges can prepare -------------
struct Prepared {
  UniqueFd root;                  // overlay on layers mapped by the user namespace, detached
  std::vector<UniqueFd> sources;  // by index of spec.mounts; empty where not a bind
};
// Forks a child with a mount namespace of its own that builds them and hands them back; the
// caller must be single threaded. `userns`: /proc/PID/ns/user of the container's init, its maps
// written. Files appear in the container with the ids that they have on disk: disk id 0 is the
// container's root. Bind sources are not mapped: what root inside writes belongs to its outside id.
// Fails with a clear text where the file system below cannot be mapped (before Linux 5.19, nfs).
Result<Prepared> prepare_for_user_ns(const RootfsSpec& spec, int userns);

// The host's device nodes as a privileged container gets them (/dev without pts, shm, mqueue,
// console...). mount_all() does it by itself for spec.privileged.
Result<std::vector<DeviceNode>> host_devices();

// --- decided without a system call: for the daemon's validation -------------------------------
// nullopt-like: an empty text when `key` ("net.core.somaxconn") may be set in namespaces of its
// own; else the reason in runc's words. `own_ipc`, `own_net`: the container has its own.
std::string sysctl_problem(const std::string& key, bool own_ipc, bool own_net);

// Whether a bind may spread as it asks: "shared" wants a source on a shared mount, "slave" one that
// is shared or a slave itself. An empty text, or the reason in Docker's words. `mountinfo`: the
// text of /proc/self/mountinfo of the daemon.
std::string propagation_problem(const Mount& mount, const std::string& mountinfo);

// Current Docker's lists (default_paths.cpp names the source); each processor's
// thermal_throttle directory is masked where the host has one.
const std::vector<std::string>& default_masked_paths();
const std::vector<std::string>& default_readonly_paths();

}  // namespace hexad::rootfs
