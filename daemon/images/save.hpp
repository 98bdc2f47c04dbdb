#pragma once

#include "daemon/images/core.hpp"
#include "daemon/images/service.hpp"

namespace hexad::images {

Result<> save_images(Core& core, const std::vector<std::string>& references, const Sink& sink);

}  // namespace hexad::images
