// Signals by name or number, as clients write them.
#pragma once

#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::api {

// "SIGTERM", "term", "15", "RTMIN+3", "SIGRTMAX-1". 400 "Invalid signal: x".
Result<int> parse_signal(std::string_view text);
// "SIGTERM"; the number when it has no name.
std::string signal_name(int signal);

}  // namespace hexad::api
