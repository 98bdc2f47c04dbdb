// A namespace held by descriptor (namespaces(7)), and joining one or all of a process.
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <string_view>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::ns {

// The values are the CLONE_NEW* bits, as setns(2) wants them.
enum class Kind : int {
  mnt = CLONE_NEWNS,
  uts = CLONE_NEWUTS,
  ipc = CLONE_NEWIPC,
  net = CLONE_NEWNET,
  pid = CLONE_NEWPID,
  user = CLONE_NEWUSER,
  cgroup = CLONE_NEWCGROUP,
};

// The name below /proc/PID/ns.
std::string_view name(Kind kind) noexcept;

class NamespaceFd {
 public:
  NamespaceFd() noexcept = default;
  NamespaceFd(Kind kind, UniqueFd fd) noexcept : kind_(kind), fd_(std::move(fd)) {}
  // /proc/PID/ns/KIND. ENOENT, ESRCH: the process has ended.
  static Result<NamespaceFd> open(pid_t pid, Kind kind);

  [[nodiscard]] int get() const noexcept { return fd_.get(); }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  void reset() noexcept { fd_.reset(); }
  // Moves the calling thread (for pid: its future children) into the namespace.
  [[nodiscard]] Result<> join() const;
  // True when the caller is already in it.
  [[nodiscard]] Result<bool> is_own() const;

 private:
  Kind kind_ = Kind::mnt;
  UniqueFd fd_;
};

// setns(2) with a pidfd (5.8): all the namespaces in `flags` (CLONE_NEW*) of that process at once.
Result<> join_process(int pidfd, int flags);

}  // namespace hexad::ns
