// /_ping, /version, /info, /plugins. A null service is fine for printing the table.
#pragma once

#include <vector>

#include "daemon/http/route.hpp"
#include "daemon/system/service.hpp"

namespace hexad::system {

std::vector<http::Route> routes(Service* service);

}  // namespace hexad::system
