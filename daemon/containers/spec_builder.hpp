// From a container's definition to what the shim is told to run. Pure: host facts come in.
#pragma once

#include "daemon/containers/container.hpp"
#include "daemon/containers/network_request.hpp"
#include "daemon/containers/options.hpp"
#include "daemon/images/service.hpp"
#include "daemon/paths.hpp"
#include "libcontainer/cgroup/limits.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::containers {

struct SpecInput {
  const Snapshot& container;
  const images::Runnable& image;
  const Paths& paths;
  std::vector<process::Mount> mounts;  // the user's, in order
  const NetworkPlan& network;
  const Options& options;
};

// Code::invalid_argument for what only shows here (an unknown ulimit, capability, device ...).
Result<process::ContainerSpec> build_spec(SpecInput input);

// Limits and device rules for the cgroup.
Result<cgroup::Limits> build_limits(const api::HostConfig& host);

// The process part, shared with exec: capabilities, seccomp, no-new-privileges, rlimits.
Result<> fill_security(process::ProcessSpec& process, const api::HostConfig& host, bool privileged,
                       const Options& options);
Result<> fill_rlimits(process::ProcessSpec& process, const api::HostConfig& host,
                      const Options& options);

// max-size and max-file of a log driver's options ("10m", "3").
struct LogBounds {
  std::uint64_t max_size = 20U << 20;
  std::uint32_t max_files = 5;
};
Result<LogBounds> log_bounds(const api::LogConfig& config);

// What /etc/hosts of the container says.
[[nodiscard]] std::string hosts_file(const Snapshot& container, const std::string& ipv4);

}  // namespace hexad::containers
