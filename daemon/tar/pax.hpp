// The records of a pax extended header: "LENGTH KEY=VALUE\n", values as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::tar {

using PaxRecords = std::vector<std::pair<std::string, std::string>>;  // in order; keys may repeat

// invalid_argument for anything that does not follow the form to the byte.
Result<PaxRecords> parse_pax(std::string_view text);

struct Time {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;  // 0 .. 999 999 999
  friend bool operator==(const Time&, const Time&) = default;
};
// "-12.345": digits beyond nanoseconds are cut off.
std::optional<Time> parse_pax_time(std::string_view text);

}  // namespace hexad::tar
