// Files of --env-file and --label-file, and single NAME=value arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::client {

// The lines of a file without comments and empty ones. For environments a name alone takes its
// value from our environment, and is left out when it has none there.
Result<std::vector<std::string>> read_pairs_file(const std::string& path, bool environment);
// The same, from text.
Result<std::vector<std::string>> parse_pairs(std::string_view text, std::string_view path,
                                             bool environment);
// One -e argument. A name alone takes our value; without one it stays a name alone, which takes
// the image's variable away.
Result<std::string> resolve_variable(std::string_view argument);

}  // namespace hexad::client
