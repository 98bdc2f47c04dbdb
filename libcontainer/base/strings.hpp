// Small string work that more than one folder needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hexad {

std::vector<std::string_view> split(std::string_view text, char separator);
// At the first separator; no second part when there is none.
std::pair<std::string_view, std::optional<std::string_view>> split_once(std::string_view text,
                                                                        char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
// The whole text must be a decimal number in range.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<std::uint64_t> parse_uint(std::string_view text);
// `bytes` random bytes from getrandom(2) as lower-case hex.
std::string random_hex(std::size_t bytes);
std::string hex(std::string_view bytes);

// RFC 3339 UTC with nine digits of a second, as the Engine API writes times:
// "2006-01-02T15:04:05.999999999Z". `ns`: nanoseconds since the epoch; 0 gives the API's
// zero time "0001-01-01T00:00:00Z".
std::string format_time(std::int64_t ns);
// Also accepts offsets and fewer digits; nullopt when it is no time.
std::optional<std::int64_t> parse_time(std::string_view text);
std::int64_t now_ns();

}  // namespace hexad
