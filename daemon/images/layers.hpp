// From an archive's bytes to an unpacked layer in a staging folder.
#pragma once

#include <functional>
#include <string>

#include "daemon/images/core.hpp"
#include "daemon/images/staging.hpp"
#include "daemon/tar/stream.hpp"

namespace hexad::images {

// Told how many bytes of the blob have been read.
using Advance = std::function<Result<>(std::int64_t bytes)>;

// Unpacks a blob that is staged already.
Result<NewLayer> unpack_staged(const StagedFile& blob, Staging& staging, const Advance& advance);
// Keeps a copy of the blob while it unpacks it: one pass, hashing beside it.
Result<NewLayer> unpack_arriving(tar::Stream& source, Staging& staging);
// For recovery: the blob stays where it is.
Result<NewLayer> unpack_blob(const std::string& path, Staging& staging);

}  // namespace hexad::images
