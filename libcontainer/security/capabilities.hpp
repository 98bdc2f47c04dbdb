// Capabilities as bit masks: names, Docker's default set, merging of what a user adds and
// drops (decided by the daemon), and the calls by which a child gives up the rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::security {

// Bit N = capability number N (capabilities(7)).
struct Capabilities {
  std::uint64_t bounding = 0, effective = 0, permitted = 0, inheritable = 0, ambient = 0;
};

}  // namespace hexad::security
