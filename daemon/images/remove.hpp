#pragma once

#include "daemon/images/core.hpp"
#include "daemon/images/service.hpp"

namespace hexad::images {

Result<std::vector<api::ImageDeleteItem>> remove_image(Core& core, std::string_view reference,
                                                       bool force, bool no_prune);
Result<Pruned> prune_images(Core& core, const api::Filters& filters);

}  // namespace hexad::images
