#include "libcontainer/process/init.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cstdlib>

#include "libcontainer/base/io.hpp"
#include "libcontainer/process/network.hpp"
#include "libcontainer/process/sync.hpp"
#include "libcontainer/process/tiny_init.hpp"
#include "libcontainer/rootfs/rootfs.hpp"

namespace hexad::process {

namespace {

// Inside a new user namespace the caller is nobody until it takes an id that the maps know.
Result<> become_mapped_root() {
  if (::syscall(SYS_setgroups, 0, nullptr) != 0) return sys_fail("setgroups in the user namespace");
  if (::syscall(SYS_setresgid, 0, 0, 0) != 0) return sys_fail("setgid in the user namespace");
  if (::syscall(SYS_setresuid, 0, 0, 0) != 0) return sys_fail("setuid in the user namespace");
  return stay_private();
}

Result<> receive_mounts(InitInput& input, rootfs::Context& context) {
  auto packet = TRY(sync_receive(input.sync.get(), SyncOp::mapped));
  const auto mapped = decode<Mapped>(packet.body);
  const std::size_t wanted = mapped ? mapped->sources.size() + (mapped->has_root ? 1 : 0) : 0;
  if (!mapped || packet.fds.size() != wanted)
    return fail(Code::internal, "malformed handshake: mounts");
  std::size_t next = 0;
  if (mapped->has_root) context.root = std::move(packet.fds[next++]);
  context.sources.resize(input.spec->rootfs.mounts.size());
  for (const std::uint32_t index : mapped->sources) {
    if (index >= context.sources.size()) return fail(Code::internal, "malformed handshake: mounts");
    context.sources[index] = std::move(packet.fds[next++]);
  }
  return {};
}

// kernel cgroup-v1/cgroups.rst: a thread that writes 0 into `tasks` moves itself, which waits for
// nobody, unlike every other way of moving.
Result<> join_cgroups(const std::vector<int>& tasks) {
  for (const int fd : tasks) {
    if (::write(fd, "0", 1) != 1) return sys_fail("join a cgroup");
  }
  return {};
}

Result<> set_names(const ContainerSpec& spec) {
  if (spec.ns.uts != NsMode::own) return {};
  if (!spec.hostname.empty() && ::sethostname(spec.hostname.data(), spec.hostname.size()) != 0)
    return sys_fail("sethostname");
  if (!spec.domainname.empty() &&
      ::setdomainname(spec.domainname.data(), spec.domainname.size()) != 0)
    return sys_fail("setdomainname");
  return {};
}

Result<> set_up_network(const ContainerSpec& spec, int sync) {
  if (spec.ns.net != NsMode::own) return {};
  TRY(set_net_defaults(spec.ns.user, spec.disable_ipv6));
  if (!spec.wire_network) return bring_up_loopback();
  auto socket = TRY(open_rtnetlink());
  return sync_send(sync, SyncOp::netlink, {}, {socket.get()});
}

Result<> open_terminal(InitInput& input, int root) {
  auto terminal = TRY(rootfs::open_terminal(root));
  TRY(rootfs::mount_console(root, terminal.slave.get()));
  const auto& process = input.spec->process;
  if (process.rows != 0 || process.columns != 0) {
    const winsize size{process.rows, process.columns, 0, 0};
    if (::ioctl(terminal.master.get(), TIOCSWINSZ, &size) != 0) return sys_fail("TIOCSWINSZ");
  }
  TRY(sync_send(input.sync.get(), SyncOp::terminal, {}, {terminal.master.get()}));
  input.stdio.terminal = true;
  input.stdio.in = std::move(terminal.slave);
  input.stdio.out = UniqueFd();
  input.stdio.err = UniqueFd();
  return {};
}

Result<Prepared> set_up(InitInput& input, std::string_view& stage) {
  const ContainerSpec& spec = *input.spec;
  rootfs::Context context;
  context.in_user_ns = spec.ns.user;
  context.shm = std::move(input.shm);
  // 1. Signals, name, session; killed with the shim; opaque to others.
  stage = "clone";
  TRY(start_child());
  // 2. An identity in the new user namespace, and the mounts that only the host may make.
  if (spec.ns.user) {
    stage = "userns";
    TRY(receive_mounts(input, context));
    TRY(become_mapped_root());
  }
  // 3. The network first: the daemon wires it while the rest goes on here.
  stage = "network";
  TRY(set_up_network(spec, input.sync.get()));
  // 4. cgroups before their namespace, whose root they become, and that before /sys/fs/cgroup is
  // mounted, which shows it. (v2: clone3 has put us there.)
  stage = "cgroup";
  TRY(join_cgroups(input.cgroup_tasks));
  if (spec.ns.cgroup == NsMode::own && ::unshare(CLONE_NEWCGROUP) != 0)
    return sys_fail("unshare the cgroup namespace");
  // 5. Names.
  stage = "hostname";
  TRY(set_names(spec));
  // 6. The file system, and into it. The working directory is made while it can be written.
  stage = "mount";
  auto root = TRY(rootfs::mount_all(spec.rootfs, std::move(context)));
  if (spec.process.tty) {
    stage = "terminal";
    TRY(open_terminal(input, root.get()));
  }
  stage = "pivot";
  TRY(rootfs::enter(root.get()));
  root.reset();
  if (spec.process.make_cwd) {
    stage = "cwd";
    TRY(make_working_directory(spec.process.cwd));
  }
  stage = "mount";
  TRY(rootfs::finish(spec.rootfs));
  // 7. The user's process, all but the exec.
  return prepare({&spec.process, std::move(input.stdio), spec.ns.user, false}, stage);
}

}  // namespace

void init_main(InitInput input) {
  std::string_view stage = "clone";
  const int sync = input.sync.get();
  const auto give_up = [&stage, sync](const Error& error) {
    static_cast<void>(sync_write(sync, SyncOp::failed, encode(make_failure(stage, error))));
    ::_exit(1);
  };
  auto prepared = set_up(input, stage);
  if (!prepared) give_up(prepared.error());
  // 8. Both halves are done: `ready` up, `go` down, exec.
  if (!sync_write(sync, SyncOp::ready) || !sync_wait_go(sync)) ::_exit(1);
  stage = "exec";
  if (input.spec->init)
    give_up(exec_tiny_init(input.self.get(), sync, input.spec->process, *prepared));
  give_up(run(input.spec->process, *prepared));
  ::_exit(1);
}

}  // namespace hexad::process
