// JSON of /version and /info.
#pragma once

#include <string>
#include <string_view>

#include "api/types/system.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

std::string encode(const Version& version);
Result<Version> decode_version(std::string_view json);
std::string encode(const Info& info);
Result<Info> decode_info(std::string_view json);

}  // namespace hexad::api
