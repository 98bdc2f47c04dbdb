// Where a start or an exec gave up, as the API caller will read it. The texts are those of runc and
// Docker, since clients make their exit codes from them (126, 127, 125).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libcontainer/base/error.hpp"

namespace hexad::process {

struct Failure {
  // "clone" "userns" "cgroup" "network" "hostname" "sysctl" "mount" "pivot" "terminal" "rlimit"
  // "user" "cwd" "caps" "seccomp" "exec", or "shim" for a failure of the shim itself.
  std::string stage;
  std::int32_t sys_errno = 0;
  // Complete but for the engine's own prefix. Ends in ": unknown", as what passes through a
  // containerd shim does; except for stage "user", which Docker's daemon finds out by itself.
  std::string message;
};

template <class A>
void fields(A& a, Failure& v) {
  auto& [stage, sys_errno, message] = v;
  a(stage, sys_errno, message);
}

Failure make_failure(std::string_view stage, const Error& error);

// strerror as Go programs print it: "no such file or directory".
std::string go_error(int err);

}  // namespace hexad::process
