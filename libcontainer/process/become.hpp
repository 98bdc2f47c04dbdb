// The last part of every process of a container, first or exec'd: from a privileged child inside
// the namespaces to the user's program. Everything that can fail happens in prepare(), before
// the handshake's `ready`; run() is one execve.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::process {

// The child's first words: signals, name, session; not dumpable while it can see the host.
Result<> start_child();
// PR_SET_PDEATHSIG and PR_SET_DUMPABLE are lost at every change of user: to be called again.
Result<> stay_private();

struct Stdio {
  UniqueFd in, out, err;  // with a terminal all three are its slave
  bool terminal = false;
};

struct Prepared {
  std::string path;  // to be executed
  std::vector<std::string> env;
};

// `stage` says how far it came.
struct BecomeInput {
  const ProcessSpec* spec = nullptr;
  Stdio stdio;
  bool in_user_ns = false;  // limits have been set from outside
  bool exec = false;        // an exec'd process: other words for a missing directory
};
Result<Prepared> prepare(BecomeInput input, std::string_view& stage);

// Makes and enters the working directory. Separate, since it has to happen before the root becomes
// read-only.
Result<> make_working_directory(const std::string& cwd);

// Sets the limits of `pid` (0: the caller). A hard limit that cannot be raised stays what it is.
Result<> set_limits(pid_t pid, const std::vector<Rlimit>& limits);
Result<> set_oom_score(int value);

// Returns only when it failed.
Error run(const ProcessSpec& spec, const Prepared& prepared);

}  // namespace hexad::process
