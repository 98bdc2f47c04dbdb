#pragma once

#include <vector>

#include "daemon/http/route.hpp"
#include "daemon/images/service.hpp"

namespace hexad::images {

// A null service is good enough for printing the table.
std::vector<http::Route> routes(Service* service);

}  // namespace hexad::images
