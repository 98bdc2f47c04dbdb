// Making a child process in new namespaces: clone3(2) with a pidfd and, on cgroup v2, straight into
// its cgroup; clone(2) where the kernel or a seccomp filter has no clone3. Only for
// single-threaded programs: the child continues from the call with a copy of everything, as
// after fork(2).
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "libcontainer/base/pidfd.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::ns {

struct CloneRequest {
  std::uint64_t flags = 0;    // CLONE_NEW*, CLONE_PARENT
  int cgroup_directory = -1;  // of the unified hierarchy; -1: stay
};

struct CloneResult {
  pid_t pid = 0;  // 0 in the child
  Pidfd pidfd;    // in the parent; empty in the child
  // False when a cgroup was asked for but this kernel cannot clone into it: the parent then has to
  // move the child (cgroup.procs), which is far slower.
  bool in_cgroup = false;
};

// EBUSY: the cgroup has children with controllers enabled. EINVAL, ENOSPC, EPERM as in clone(2).
Result<CloneResult> clone_process(const CloneRequest& request);

}  // namespace hexad::ns
