// Several requests at once, each on a connection of its own, answers in order.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "client/http_client.hpp"

namespace hexad::client {

struct FanOutRequest {
  std::string_view method;
  std::string path;
  Query query;
};

void fan_out(Daemon& daemon, std::span<const FanOutRequest> requests,
             const std::function<void(Result<Response>)>& each);

}  // namespace hexad::client
