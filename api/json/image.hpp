// JSON of images.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/types/image.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

// The `config` object of an OCI image config.
std::string encode_image_config(const ImageConfig& config);
Result<ImageConfig> decode_image_config(std::string_view json);

std::string encode(const std::vector<ImageSummary>& list);
Result<std::vector<ImageSummary>> decode_image_list(std::string_view json);
std::string encode(const ImageInspect& inspect);
Result<ImageInspect> decode_image_inspect(std::string_view json);
std::string encode(const std::vector<ImageDeleteItem>& items);
Result<std::vector<ImageDeleteItem>> decode_image_delete(std::string_view json);

}  // namespace hexad::api
