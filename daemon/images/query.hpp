// What is asked of the catalog: lists and details, no changes.
#pragma once

#include "daemon/images/core.hpp"
#include "daemon/images/service.hpp"

namespace hexad::images {

Result<std::vector<api::ImageSummary>> list_images(const Catalog& catalog,
                                                   const api::ImageListQuery& query,
                                                   const Users* users);
api::ImageInspect inspect_image(const Catalog& catalog, const Image& image, const Paths& paths);
std::vector<HistoryItem> history_of(const Catalog& catalog, const Image& image);

}  // namespace hexad::images
