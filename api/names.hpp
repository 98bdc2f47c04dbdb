// Names of containers and volumes: which are allowed, and random ones.
#pragma once

#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::api {

// [a-zA-Z0-9][a-zA-Z0-9_.-]+ (two characters at least).
bool valid_name(std::string_view name);
// A leading slash is allowed. 400 "Invalid container name (x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are
// allowed".
Result<> check_container_name(std::string_view name);
// "adjective_surname"; from the third attempt on with a number behind.
std::string random_name(int attempt = 0);

}  // namespace hexad::api
