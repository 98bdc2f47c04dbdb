// What the client says of itself.
#pragma once

#include <string_view>

#include "api/defaults.hpp"
#include "api/version.hpp"

namespace hexad::client {

using api::kDefaultHost;
using api::kVersion;
#ifdef HEXAD_COMMIT
inline constexpr std::string_view kCommit = HEXAD_COMMIT;
#else
inline constexpr std::string_view kCommit = "unknown";
#endif

}  // namespace hexad::client
