// What is put right before the store serves anybody.
#pragma once

#include "daemon/images/catalog.hpp"
#include "daemon/images/store.hpp"

namespace hexad::images {

// Makes the folders; removes our leftovers in DATA/tmp, and layers and blobs without a row;
// unpacks again what is missing or was perhaps not on the disk when the power failed. An image
// whose blob is gone or damaged is removed, and logged.
Result<> recover(const Paths& paths, const std::string& boot, Store& store, Catalog& catalog);

}  // namespace hexad::images
