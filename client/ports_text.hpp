// Published ports as ps and port show them.
#pragma once

#include <string>

#include "client/json_value.hpp"

namespace hexad::client {

// Of a container in a list: "0.0.0.0:8080->80/tcp, 443/tcp"; neighbours are joined to ranges.
std::string ports_text(const Json& ports);
// "0.0.0.0:80", "[::]:80"
std::string host_port(std::string_view address, std::string_view port);

}  // namespace hexad::client
