// The parent half: makes a container's first process, and processes that join it. Only for a
// single-threaded program (the shim). Both calls return as soon as the child exists; what the
// child then says on `sync` is described in sync.hpp.
#pragma once

#include <sys/types.h>

#include <vector>

#include "libcontainer/base/pidfd.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/process/become.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::process {

struct Launched {
  pid_t pid = 0;  // of the child, in the caller's pid namespace
  Pidfd pidfd;
  UniqueFd sync;  // nonblocking
};

struct LaunchInput {
  const ContainerSpec* spec = nullptr;
  Stdio stdio;                    // the child's ends
  std::vector<int> cgroup_tasks;  // v1, open for writing
  int cgroup_v2 = -1;             // directory
  // Namespaces of others to be joined (NsMode::join), or empty.
  UniqueFd join_net, join_pid, join_ipc;
  // Mount namespace of the container whose ipc namespace is joined: its /dev/shm is shared too.
  UniqueFd shm_owner;
};

// Makes pipe ends belong to root of the new user namespace, if there is one.
void give_stdio(const Stdio& stdio, const Namespaces& n);

// `stage` names the step that failed.
Result<Launched> launch(LaunchInput input, std::string_view& stage);

struct JoinInput {
  const ContainerSpec* container = nullptr;
  const ProcessSpec* process = nullptr;
  int init_pidfd = -1;
  Stdio stdio;
  std::vector<int> cgroup_tasks;
  int cgroup_v2 = -1;
};

// The process that joins is not the caller's child `pid` but comes as message `pid` on sync; it
// is the caller's child too (CLONE_PARENT). The helper between them just ends.
Result<Launched> launch_join(JoinInput input);

}  // namespace hexad::process
