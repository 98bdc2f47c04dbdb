// The tiny init of --init: PID 1 that starts the user's program as its child, reaps everything,
// passes signals on and ends with the program's code. It is the shim's own binary executed once
// more under the name kTinyInitName, so that nothing of the shim's memory is left in a process
// that the container can look into.
#pragma once

#include "libcontainer/base/error.hpp"
#include "libcontainer/process/become.hpp"

namespace hexad::process {

inline constexpr const char* kTinyInitName = "hexad-init";

// Execs `self`; returns only when that failed. `sync` stays open across it, as descriptor 3.
Error exec_tiny_init(int self, int sync, const ProcessSpec& spec, const Prepared& prepared);

// What main() does under that name: argv is {kTinyInitName, PATH, "--", argv...}.
int tiny_init_main(int argc, char** argv);

}  // namespace hexad::process
