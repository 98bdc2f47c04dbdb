// Durations as Go writes them, and the points in time of `since` and `until`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::api {

// "1h2m3.5s", "-1.5h", "300ms", "0": nanoseconds. 400 `time: invalid duration "x"`.
Result<std::int64_t> parse_duration(std::string_view text);
// "1h2m3.5s", "0s", "1.5ms".
std::string format_duration(std::int64_t ns);
// Seconds since the epoch with or without a fraction, RFC 3339 (also without zone, seconds or
// time: UTC then), or a duration back from `now_ns`. Nanoseconds since the epoch; 400 otherwise.
Result<std::int64_t> parse_timestamp(std::string_view text, std::int64_t now_ns);

}  // namespace hexad::api
