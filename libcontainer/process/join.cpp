// The child half of an exec. The shim forks a helper, which joins the namespaces of the
// container's init by its pidfd and then clones the process proper: setns(2) moves only future
// children into a pid namespace. CLONE_PARENT makes that process the shim's child.
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/ns/clone.hpp"
#include "libcontainer/ns/namespace_fd.hpp"
#include "libcontainer/process/launch.hpp"
#include "libcontainer/process/sync.hpp"
#include "libcontainer/rootfs/rootfs.hpp"

namespace hexad::process {

namespace {

// All but the cgroup namespace, which comes after the cgroups themselves (seen from inside, those
// outside do not exist).
int joined_namespaces(const Namespaces& n) {
  int flags = CLONE_NEWNS;
  if (n.user) flags |= CLONE_NEWUSER;
  if (n.pid != NsMode::host) flags |= CLONE_NEWPID;
  if (n.net != NsMode::host) flags |= CLONE_NEWNET;
  if (n.uts != NsMode::host) flags |= CLONE_NEWUTS;
  if (n.ipc != NsMode::host) flags |= CLONE_NEWIPC;
  return flags;
}

Result<> become_root_inside() {
  if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setresgid, 0, 0, 0) != 0 ||
      ::syscall(SYS_setresuid, 0, 0, 0) != 0)
    return sys_fail("take root's ids in the user namespace");
  return stay_private();
}

Result<> open_terminal(JoinInput& input, int sync) {
  auto root = TRY(open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  auto terminal = TRY(rootfs::open_terminal(root.get()));
  if (input.process->rows != 0 || input.process->columns != 0) {
    const winsize size{input.process->rows, input.process->columns, 0, 0};
    if (::ioctl(terminal.master.get(), TIOCSWINSZ, &size) != 0) return sys_fail("TIOCSWINSZ");
  }
  TRY(sync_send(sync, SyncOp::terminal, {}, {terminal.master.get()}));
  input.stdio.terminal = true;
  input.stdio.in = std::move(terminal.slave);
  input.stdio.out = UniqueFd();
  input.stdio.err = UniqueFd();
  return {};
}

Result<Prepared> set_up(JoinInput& input, int sync, std::string_view& stage) {
  // 1. As init does it.
  stage = "clone";
  TRY(start_child());
  if (input.container->ns.user) TRY(become_root_inside());
  // 2. The container's cgroups, then their namespace.
  stage = "cgroup";
  for (const int fd : input.cgroup_tasks) {
    if (::write(fd, "0", 1) != 1) return sys_fail("join a cgroup");
  }
  if (input.container->ns.cgroup != NsMode::host)
    TRY(ns::join_process(input.init_pidfd, CLONE_NEWCGROUP));
  // 3. A terminal of its own from the container's devpts.
  if (input.process->tty) {
    stage = "terminal";
    TRY(open_terminal(input, sync));
  }
  return prepare({input.process, std::move(input.stdio), input.container->ns.user, true}, stage);
}

[[noreturn]] void give_up(int sync, std::string_view stage, const Error& error) {
  static_cast<void>(sync_write(sync, SyncOp::failed, encode(make_failure(stage, error))));
  ::_exit(1);
}

[[noreturn]] void joined_main(JoinInput& input, int sync) {
  std::string_view stage = "clone";
  auto prepared = set_up(input, sync, stage);
  if (!prepared) give_up(sync, stage, prepared.error());
  give_up(sync, "exec", run(*input.process, *prepared));
}

[[noreturn]] void helper_main(JoinInput& input, int sync) {
  auto ready = stay_private();
  if (!ready) give_up(sync, "clone", ready.error());
  auto joined = ns::join_process(input.init_pidfd, joined_namespaces(input.container->ns));
  if (!joined) give_up(sync, "clone", joined.error());
  // Only a process with the host's rights may set limits above its own.
  auto limited = input.container->ns.user ? set_limits(0, input.process->rlimits) : Result<>{};
  if (!limited) give_up(sync, "rlimit", limited.error());
  auto child = ns::clone_process({CLONE_PARENT, input.cgroup_v2});
  if (!child) give_up(sync, "clone", child.error());
  if (child->pid == 0) joined_main(input, sync);
  const auto pid = static_cast<std::int32_t>(child->pid);
  static_cast<void>(sync_send(sync, SyncOp::pid, encode(pid)));
  ::_exit(0);
}

}  // namespace

Result<Launched> launch_join(JoinInput input) {
  auto pair = TRY(seqpacket_pair());
  give_stdio(input.stdio, input.container->ns);
  auto helper = TRY(ns::clone_process({}));
  if (helper.pid == 0) {
    pair.first.reset();
    helper_main(input, pair.second.get());
  }
  TRY(set_nonblocking(pair.first.get(), true));
  return Launched{helper.pid, std::move(helper.pidfd), std::move(pair.first)};
}

}  // namespace hexad::process
