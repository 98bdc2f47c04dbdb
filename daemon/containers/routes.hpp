// The Engine API's container operations.
#pragma once

#include <vector>

#include "daemon/containers/service.hpp"
#include "daemon/http/route.hpp"

namespace hexad::containers {

// `service` may be null when the table is only printed.
std::vector<http::Route> routes(Service* service);

}  // namespace hexad::containers
