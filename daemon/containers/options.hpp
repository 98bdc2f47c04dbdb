// What the daemon's configuration says about every container.
#pragma once

#include <vector>

#include "api/types/container.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::containers {

struct Options {
  bool init = false;               // --init for every container
  bool no_new_privileges = false;  // default of the security option
  std::vector<api::Ulimit> default_ulimits;
  std::vector<process::IdMap> id_map;  // --userns-remap; empty: none
};

}  // namespace hexad::containers
