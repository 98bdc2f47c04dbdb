// Volumes. Plain data.
#pragma once

#include "api/filters.hpp"
#include "api/types/common.hpp"

namespace hexad::api {

struct Volume {
  std::string name, driver = "local", mountpoint;
  std::int64_t created_at = 0;  // ns; whole seconds in JSON
  StringMap labels, options;
  std::string scope = "local";
  bool anonymous = false;  // made without a name; not in the JSON
};

struct VolumeCreate {
  std::string name, driver;  // driver "": local
  StringMap driver_opts, labels;
};

struct VolumePrune {
  std::vector<std::string> volumes_deleted;
  std::uint64_t space_reclaimed = 0;
};

}  // namespace hexad::api
