// JSON of networks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/types/network.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

std::string encode(const Network& network);
std::string encode(const std::vector<Network>& list);
Result<Network> decode_network(std::string_view json);
Result<std::vector<Network>> decode_network_list(std::string_view json);

}  // namespace hexad::api
