// Where the daemon listens, and the client looks, when nobody says otherwise.
#pragma once

#include <string_view>

namespace hexad::api {

inline constexpr std::string_view kDefaultHost = "unix:///run/hexad/hexad.sock";

}  // namespace hexad::api
