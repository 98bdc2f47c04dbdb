// The volume part of the API. A null service is fine for printing the table.
#pragma once

#include <vector>

#include "daemon/http/route.hpp"
#include "daemon/volumes/service.hpp"

namespace hexad::volumes {

std::vector<http::Route> routes(Service* service);

}  // namespace hexad::volumes
