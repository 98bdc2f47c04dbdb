// JSON of volumes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/types/volume.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

std::string encode(const Volume& volume);
Result<Volume> decode_volume(std::string_view json);
// {"Volumes": [...], "Warnings": null}
std::string encode_volume_list(const std::vector<Volume>& list);
Result<std::vector<Volume>> decode_volume_list(std::string_view json);
Result<VolumeCreate> decode_volume_create(std::string_view json);
std::string encode(const VolumeCreate& request);
std::string encode(const VolumePrune& result);
Result<VolumePrune> decode_volume_prune(std::string_view json);

}  // namespace hexad::api
