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

// One pass over bytes that come from outside: the blob is kept and hashed on a thread of its own
// while this one unpacks it. A layer that cannot be unpacked does not keep the blob from being
// complete; an error of the source or of the disk does.
struct Arrived {
  StagedFile blob;
  Result<NewLayer> layer;
};
Result<Arrived> unpack_arriving(tar::Stream& source, Staging& staging);

// For recovery: the blob stays where it is.
Result<NewLayer> unpack_blob(const std::string& path, Staging& staging);

}  // namespace hexad::images
