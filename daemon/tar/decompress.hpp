// Decompression by the first bytes: gzip, zstd, xz, bzip2, or nothing at all. libarchive's
// filters do the work; its archive formats are never reached.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "daemon/tar/stream.hpp"

namespace hexad::tar {

enum class Compression : std::uint8_t { none, gzip, zstd, xz, bzip2 };

// Needs six bytes to tell; anything unknown is `none`.
Compression detect(std::string_view first_bytes);

struct Decompressed {
  Compression compression = Compression::none;
  std::unique_ptr<Stream> stream;  // uses `inner`, which must outlive it
};
// Reads the first piece of `inner`. Broken or truncated input is an invalid_argument from next().
// What follows the compressed stream stays unread in `inner`: drain() it where it matters.
Result<Decompressed> decompress(Stream& inner);

}  // namespace hexad::tar
