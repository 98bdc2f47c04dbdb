#include "daemon/tar/pax.hpp"

#include "daemon/tar/header.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::tar {

Result<PaxRecords> parse_pax(std::string_view text) {
  PaxRecords records;
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (space == 0 || space == std::string_view::npos || space > 9) return invalid_header();
    const auto length = parse_uint(text.substr(0, space));
    if (!length || *length < space + 3 || *length > text.size()) return invalid_header();
    const auto record = text.substr(space + 1, *length - space - 1);
    if (record.back() != '\n') return invalid_header();
    const auto equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return invalid_header();
    const auto key = record.substr(0, equals);
    if (key.find('\0') != std::string_view::npos) return invalid_header();
    records.emplace_back(key, record.substr(equals + 1, record.size() - equals - 2));
    text.remove_prefix(*length);
  }
  return records;
}

std::optional<Time> parse_pax_time(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto [whole, fraction] = split_once(text, '.');
  const auto seconds = parse_int(whole);
  // The kernel's own limit is far below; this keeps the arithmetic away from overflow.
  if (!seconds || *seconds > (std::int64_t{1} << 60) || *seconds < -(std::int64_t{1} << 60))
    return std::nullopt;
  Time time{*seconds, 0};
  if (!fraction) return time;
  std::int64_t scale = 100'000'000;
  for (const char c : *fraction) {
    if (c < '0' || c > '9') return std::nullopt;
    time.nanoseconds += (c - '0') * scale;
    scale /= 10;
  }
  if (negative && time.nanoseconds != 0) {
    time.seconds -= 1;
    time.nanoseconds = 1'000'000'000 - time.nanoseconds;
  }
  return time;
}

}  // namespace hexad::tar
