// Device rules on cgroup v2: a BPF program of a few instructions, written by hand and loaded by
// bpf(2). Private to this folder.
#pragma once

#include <linux/bpf.h>

#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/cgroup/decide.hpp"

namespace hexad::cgroup {

// kernel Documentation/admin-guide/cgroup-v2.rst, "Device controller": the program gets a
// struct bpf_cgroup_dev_ctx and returns 1 to allow. Pure.
std::vector<bpf_insn> device_program(const DeviceSet& set);
// Loads it and attaches it to the open cgroup directory; it goes with the cgroup.
Result<> attach_device_program(int directory, const DeviceSet& set);

}  // namespace hexad::cgroup
