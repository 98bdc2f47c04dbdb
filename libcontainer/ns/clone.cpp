#include "libcontainer/ns/clone.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>

#include <csignal>

namespace hexad::ns {

namespace {

constexpr std::uint64_t kIntoCgroup = 0x200000000ULL;  // linux/sched.h, 5.7

// clone(2) takes its flags in 32 bits and the exit signal in the lowest eight of them.
Result<CloneResult> old_clone(const CloneRequest& request, std::uint64_t exit_signal) {
  int pidfd = -1;
  const auto flags = static_cast<unsigned long>(request.flags | CLONE_PIDFD | exit_signal);
  const long pid = ::syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, 0UL);
  if (pid < 0) return sys_fail("clone");
  if (pid == 0) return CloneResult{};
  return CloneResult{static_cast<pid_t>(pid), Pidfd(UniqueFd(pidfd)), false};
}

}  // namespace

Result<CloneResult> clone_process(const CloneRequest& request) {
  // man 2 clone: with CLONE_PARENT the signal of the caller itself is used, and must not be given.
  const std::uint64_t exit_signal = (request.flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
  int pidfd = -1;
  clone_args args{};
  args.flags = request.flags | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = exit_signal;
  if (request.cgroup_directory >= 0) {
    args.flags |= kIntoCgroup;
    args.cgroup = static_cast<std::uint64_t>(request.cgroup_directory);
  }
  long pid = ::syscall(SYS_clone3, &args, sizeof args);
  // E2BIG: 5.3 to 5.6 know clone3, but not its `cgroup` field.
  if (pid < 0 && (errno == ENOSYS || errno == E2BIG)) return old_clone(request, exit_signal);
  if (pid < 0) return sys_fail("clone3");
  if (pid == 0) return CloneResult{};
  return CloneResult{static_cast<pid_t>(pid), Pidfd(UniqueFd(pidfd)),
                     request.cgroup_directory >= 0};
}

}  // namespace hexad::ns
