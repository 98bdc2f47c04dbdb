// Sizes and durations as people read and write them; the roundings and words of docker's go-units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::api {

// "64m", "1.5g", "10kb", "1GiB", "512": bytes, powers of 1024. 400 "invalid size: 'x'".
Result<std::int64_t> parse_size(std::string_view text);
// Powers of 1000, `digits` significant ones: "12.3MB".
std::string human_size(double bytes, int digits = 4);
// Powers of 1024: "1.5GiB".
std::string binary_size(double bytes, int digits = 4);
// "Less than a second", "5 seconds", "About a minute", "3 hours", "2 weeks", ...
std::string human_duration(std::int64_t ns);

}  // namespace hexad::api
