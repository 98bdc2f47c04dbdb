// The child half of a start: from clone3 to the user's program, one numbered recipe.
#pragma once

#include <vector>

#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/process/become.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::process {

struct InitInput {
  const ContainerSpec* spec = nullptr;
  UniqueFd sync;                  // the child's end of the handshake (sync.hpp)
  Stdio stdio;                    // without a terminal; empty ends are the container's /dev/null
  std::vector<int> cgroup_tasks;  // v1 `tasks` files, open for writing
  UniqueFd shm;                   // of the container whose ipc namespace is joined, or empty
  UniqueFd self;                  // O_PATH of the running binary, for --init
};

// Never returns: execs, or reports the failure and exits.
[[noreturn]] void init_main(InitInput input);

}  // namespace hexad::process
