// What create refuses, all of it before anything is made. Pure; Docker's texts.
#pragma once

#include "api/types/container.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::containers {

// What the host offers, for limits that depend on it.
struct HostFacts {
  int cpus = 1;
  std::uint64_t memory = 0;  // bytes
};

// 400 for what contradicts itself, 501 for what is not built. `config` is merged already.
Result<> validate(const api::ContainerConfig& config, const api::HostConfig& host,
                  const HostFacts& facts);

}  // namespace hexad::containers
