#pragma once

#include "daemon/images/core.hpp"
#include "daemon/images/service.hpp"

namespace hexad::images {

Result<> load_images(Core& core, const Source& source, bool quiet, const Progress& progress);

}  // namespace hexad::images
