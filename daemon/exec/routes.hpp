// The Engine API's exec operations.
#pragma once

#include <vector>

#include "daemon/exec/service.hpp"
#include "daemon/http/route.hpp"

namespace hexad::exec {

// `service` may be null when the table is only printed.
std::vector<http::Route> routes(Service* service);

}  // namespace hexad::exec
