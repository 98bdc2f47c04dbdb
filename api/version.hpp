// Which versions of the Engine API are answered, and what the product calls itself.
#pragma once

#include <string_view>

namespace hexad::api {

inline constexpr std::string_view kApiVersion = "1.51";
inline constexpr std::string_view kMinApiVersion = "1.24";
inline constexpr int kApiMajor = 1, kApiMinor = 51, kMinApiMinor = 24;

inline constexpr std::string_view kProduct = "Hexad";
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace hexad::api
