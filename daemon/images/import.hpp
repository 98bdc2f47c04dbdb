#pragma once

#include "daemon/images/core.hpp"
#include "daemon/images/service.hpp"

namespace hexad::images {

Result<std::string> import_image(Core& core, const Source& source, const ImportOptions& options);

}  // namespace hexad::images
