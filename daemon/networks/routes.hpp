// GET /networks and GET /networks/{id}.
#pragma once

#include <vector>

#include "daemon/http/route.hpp"

namespace hexad::networks {

class Service;
// `service` may be null when only the table is printed.
std::vector<http::Route> routes(Service* service);

}  // namespace hexad::networks
