// A container's user mounts: from Binds, Mounts, Tmpfs, volumes_from and the image's VOLUMEs to
// the list that is stored, and from that list to what libcontainer mounts.
#pragma once

#include <vector>

#include "daemon/containers/container.hpp"
#include "daemon/volumes/service.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::containers {

// Makes the volumes that are missing. `made`: names of those made here, for undo.
// Docker's texts; a duplicate target is 400 "Duplicate mount point: x".
Result<std::vector<MountEntry>> resolve_mounts(const api::ContainerConfig& config,
                                               const api::HostConfig& host,
                                               volumes::Service& volumes,
                                               std::vector<std::string>& made);

// In the order in which they are to be mounted (parents first). Missing bind sources of `Binds`
// are made, as Docker does.
Result<std::vector<process::Mount>> to_spec_mounts(const std::vector<MountEntry>& entries);

// In a user namespace the container's root is `uid` outside: volumes that still belong to the
// host's root become its own, so that it can write to them.
Result<> give_volumes_to(const std::vector<MountEntry>& entries, std::uint32_t uid,
                         std::uint32_t gid);

}  // namespace hexad::containers
