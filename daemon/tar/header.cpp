#include "daemon/tar/header.hpp"

#include <algorithm>
#include <limits>

namespace hexad::tar {

tl::unexpected<Error> invalid_header() {
  return fail(Code::invalid_argument, "archive/tar: invalid tar header");
}

bool is_zero_block(std::string_view block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == 0; });
}

namespace {

std::string_view text_field(std::string_view field) { return field.substr(0, field.find('\0')); }

std::optional<std::int64_t> parse_base256(std::string_view field) {
  const auto first = static_cast<unsigned char>(field[0]);
  const bool negative = (first & 0x40U) != 0;
  // Two's complement over the whole field but its top bit.
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(field[i]);
    if (i == 0)
      byte = negative ? static_cast<unsigned char>(byte | 0x80U)
                      : static_cast<unsigned char>(byte & 0x7fU);
    const auto top = static_cast<unsigned char>(value >> 56U);
    if (top != (negative ? 0xffU : 0U)) return std::nullopt;
    value = (value << 8U) | byte;
  }
  const auto result = static_cast<std::int64_t>(value);
  if ((result < 0) != negative) return std::nullopt;
  return result;
}

bool checksum_fits(std::string_view block) {
  const auto stored = parse_number(block.substr(148, 8));
  if (!stored) return false;
  std::int64_t as_unsigned = 0, as_signed = 0;  // old tars summed signed characters
  for (std::size_t i = 0; i < kBlockSize; ++i) {
    const char c = (i >= 148 && i < 156) ? ' ' : block[i];
    as_unsigned += static_cast<unsigned char>(c);
    as_signed += static_cast<signed char>(c);
  }
  return *stored == as_unsigned || *stored == as_signed;
}

Format format_of(std::string_view block) {
  using namespace std::string_view_literals;
  const auto magic = block.substr(257, 8);
  if (magic == "ustar  \0"sv) return Format::gnu;
  if (magic.starts_with("ustar\0"sv)) {
    return block.substr(508, 4) == "tar\0"sv ? Format::star : Format::ustar;
  }
  return Format::v7;
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view field) {
  if (field.empty()) return 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) return parse_base256(field);
  const auto is_pad = [](char c) { return c == ' ' || c == 0; };
  while (!field.empty() && is_pad(field.front())) field.remove_prefix(1);
  while (!field.empty() && is_pad(field.back())) field.remove_suffix(1);
  field = text_field(field);
  while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
  std::int64_t value = 0;
  for (const char c : field) {
    if (c < '0' || c > '7' || value > (std::numeric_limits<std::int64_t>::max() >> 3))
      return std::nullopt;
    value = value * 8 + (c - '0');
  }
  return value;
}

Result<Header> parse_header(std::string_view block) {
  if (block.size() != kBlockSize || !checksum_fits(block)) return invalid_header();
  const auto number = [&](std::size_t at, std::size_t size) {
    return parse_number(block.substr(at, size));
  };
  Header h;
  h.format = format_of(block);
  h.flag = block[156];
  h.path = text_field(block.substr(0, 100));
  h.link = text_field(block.substr(157, 100));
  const auto mode = number(100, 8), uid = number(108, 8), gid = number(116, 8),
             size = number(124, 12), mtime = number(136, 12);
  if (!mode || !uid || !gid || !size || !mtime || *size < 0) return invalid_header();
  h.mode = static_cast<std::uint32_t>(*mode & 07777);
  h.uid = *uid;
  h.gid = *gid;
  h.size = *size;
  h.mtime = *mtime;
  if (h.format == Format::v7) return h;
  const auto major = number(329, 8), minor = number(337, 8);
  // Only devices have these; others may carry anything.
  if (h.flag == '3' || h.flag == '4') {
    if (!major || !minor || *major < 0 || *minor < 0 || *major > 0xfffff || *minor > 0xfffff)
      return invalid_header();
    h.device_major = static_cast<std::uint32_t>(*major);
    h.device_minor = static_cast<std::uint32_t>(*minor);
  }
  if (h.format == Format::ustar || h.format == Format::star) {
    const auto prefix = text_field(block.substr(345, h.format == Format::star ? 131 : 155));
    if (!prefix.empty()) h.path = std::string(prefix) + "/" + h.path;
  }
  return h;
}

}  // namespace hexad::tar
