#include "libcontainer/process/launch.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/ns/clone.hpp"
#include "libcontainer/ns/id_map.hpp"
#include "libcontainer/ns/namespace_fd.hpp"
#include "libcontainer/process/init.hpp"
#include "libcontainer/process/sync.hpp"
#include "libcontainer/rootfs/rootfs.hpp"

namespace hexad::process {

namespace {

std::uint64_t clone_flags(const Namespaces& n) {
  std::uint64_t flags = CLONE_NEWNS;
  if (n.pid == NsMode::own) flags |= CLONE_NEWPID;
  if (n.net == NsMode::own) flags |= CLONE_NEWNET;
  if (n.uts == NsMode::own) flags |= CLONE_NEWUTS;
  if (n.ipc == NsMode::own) flags |= CLONE_NEWIPC;
  if (n.user) flags |= CLONE_NEWUSER;
  return flags;
}

// The caller enters the namespaces of others for the time of the clone, since only it has the
// rights to (init may be in a user namespace of its own), and comes back.
class Visit {
 public:
  Visit() = default;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() {
    for (const auto& own : own_) {
      // Nothing the shim does later would be safe in somebody else's namespaces.
      if (!own.join()) ::_exit(1);
    }
  }
  Result<> enter(ns::Kind kind, UniqueFd& target) {
    if (!target) return {};
    own_.push_back(TRY(ns::NamespaceFd::open(::getpid(), kind)));
    return ns::NamespaceFd(kind, std::move(target)).join();
  }

 private:
  std::vector<ns::NamespaceFd> own_;
};

// A detached copy of another container's /dev/shm, made by a child that joins its mount namespace:
// a mount can be cloned only from inside.
Result<UniqueFd> clone_shm(int mount_namespace) {
  auto pair = TRY(seqpacket_pair());
  auto child = TRY(ns::clone_process({}));
  if (child.pid == 0) {
    if (!stay_private() || ::setns(mount_namespace, CLONE_NEWNS) != 0) ::_exit(1);
    const auto tree = static_cast<int>(
        ::syscall(SYS_open_tree, AT_FDCWD, "/dev/shm", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    ::_exit(tree >= 0 && send_message(pair.second.get(), "s", std::vector<int>{tree}) ? 0 : 1);
  }
  pair.second.reset();
  auto message = receive_message(pair.first.get(), 16);
  while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (!message || message->fds.size() != 1)
    return fail(Code::internal, "cannot share /dev/shm of the other container");
  return std::move(message->fds.front());
}

// What init in a new user namespace cannot do itself: its id maps, limits above its own rights, and
// mounts from directories that its root may not search.
Result<> serve_user_namespace(const ContainerSpec& spec, const Launched& child,
                              std::string_view& stage) {
  stage = "userns";
  TRY(ns::write_id_maps(child.pid, spec.ns.uid_map, spec.ns.gid_map));
  TRY(write_existing(fmt::format("/proc/{}/oom_score_adj", child.pid),
                     std::to_string(spec.process.oom_score_adj.value_or(0))));
  auto userns = TRY(ns::NamespaceFd::open(child.pid, ns::Kind::user));
  stage = "mount";
  auto prepared = TRY(rootfs::prepare_for_user_ns(spec.rootfs, userns.get()));
  Mapped mapped;
  std::vector<int> fds;
  mapped.has_root = static_cast<bool>(prepared.root);
  if (mapped.has_root) fds.push_back(prepared.root.get());
  for (std::size_t i = 0; i < prepared.sources.size(); ++i) {
    if (!prepared.sources[i]) continue;
    mapped.sources.push_back(static_cast<std::uint32_t>(i));
    fds.push_back(prepared.sources[i].get());
  }
  stage = "userns";
  return sync_send(child.sync.get(), SyncOp::mapped, encode(mapped), fds);
}

}  // namespace

// The pipes belong to the container's root from the beginning: inside, only their owner may
// give them to the container's user (both ids must be known there: capabilities(7)).
void give_stdio(const Stdio& stdio, const Namespaces& n) {
  const auto uid = ns::map_out(n.uid_map, 0), gid = ns::map_out(n.gid_map, 0);
  if (!n.user || !uid || !gid) return;
  for (const auto* fd : {&stdio.in, &stdio.out, &stdio.err}) {
    if (*fd) static_cast<void>(::fchown(fd->get(), *uid, *gid) == 0);
  }
}

Result<Launched> launch(LaunchInput input, std::string_view& stage) {
  const ContainerSpec& spec = *input.spec;
  stage = "clone";
  auto pair = TRY(seqpacket_pair());
  InitInput child_input;
  child_input.spec = &spec;
  child_input.cgroup_tasks = input.cgroup_tasks;
  if (spec.init) child_input.self = TRY(open_at(AT_FDCWD, "/proc/self/exe", O_PATH));
  if (input.shm_owner) child_input.shm = TRY(clone_shm(input.shm_owner.get()));
  give_stdio(input.stdio, spec.ns);
  Launched out;
  {
    Visit visit;
    TRY(visit.enter(ns::Kind::net, input.join_net));
    TRY(visit.enter(ns::Kind::ipc, input.join_ipc));
    TRY(visit.enter(ns::Kind::pid, input.join_pid));
    auto child = TRY(ns::clone_process({clone_flags(spec.ns), input.cgroup_v2}));
    if (child.pid == 0) {
      pair.first.reset();
      child_input.sync = std::move(pair.second);
      child_input.stdio = std::move(input.stdio);
      init_main(std::move(child_input));
    }
    out.pid = child.pid;
    out.pidfd = std::move(child.pidfd);
    if (input.cgroup_v2 >= 0 && !child.in_cgroup)
      TRY(write_existing_at(input.cgroup_v2, "cgroup.procs", std::to_string(out.pid)));
  }
  pair.second.reset();
  out.sync = std::move(pair.first);
  if (spec.ns.user) {
    auto served = serve_user_namespace(spec, out, stage);
    if (!served) {
      static_cast<void>(out.pidfd.signal(SIGKILL));
      return pass(std::move(served).error());
    }
  }
  TRY(set_nonblocking(out.sync.get(), true));
  return out;
}

}  // namespace hexad::process
