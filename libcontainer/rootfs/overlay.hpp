// The overlay that is a container's root, as a mount that is not attached anywhere yet.
#pragma once

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/rootfs/spec.hpp"

namespace hexad::rootfs {

enum class OverlayCall : std::uint8_t {
  newest,       // fsopen(2) with lowerdir+, else mount(2)
  fsopen_only,  // the rest is for tests
  mount_only,
};

// Layers: spec.lower, topmost first, with spec.upper and spec.work. Without layers the root is
// `upper` itself; without an upper it is read-only. mount(2), for kernels before 6.7, needs a
// place: it is mounted over `upper` (or the first layer) in the caller's mount namespace, and the
// descriptor is that mount.
Result<UniqueFd> open_overlay(const RootfsSpec& spec, OverlayCall call = OverlayCall::newest);

}  // namespace hexad::rootfs
