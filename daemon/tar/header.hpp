// One 512-byte header of a tar archive, read without any idea of character sets: names are bytes.
// POSIX pax (ustar), GNU, star and v7 forms. man 5 tar (libarchive) and POSIX pax.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::tar {

inline constexpr std::size_t kBlockSize = 512;

enum class Format : std::uint8_t { v7, ustar, star, gnu };

struct Header {
  Format format = Format::v7;
  char flag = 0;
  std::string path, link;
  std::uint32_t mode = 0;  // 07777
  std::int64_t uid = 0, gid = 0;
  std::int64_t size = 0;   // stored bytes; never negative
  std::int64_t mtime = 0;  // seconds
  std::uint32_t device_major = 0, device_minor = 0;
};

bool is_zero_block(std::string_view block);
// `block` has kBlockSize bytes. invalid_argument when the checksum or a number is wrong.
Result<Header> parse_header(std::string_view block);
// Octal digits with spaces or NULs around them, or GNU's base 256; nullopt when it is neither.
std::optional<std::int64_t> parse_number(std::string_view field);
// The error Docker gives for anything that is no tar archive.
tl::unexpected<Error> invalid_header();

}  // namespace hexad::tar
