// One record of Docker's json-file log: {"log":"...\n","stream":"stdout","time":"..."}.
// Escaping is that of moby's jsonlog, byte for byte: < > & as \u00XX, U+2028 and U+2029 escaped,
// bytes that are not UTF-8 become \ufffd.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hexad::shim {

enum class Stream : std::uint8_t { out = 1, err = 2 };  // as in stream frames

// Appends the inside of a JSON string.
void append_json_escaped(std::string& out, std::string_view text);
// What follows the text in every record of one moment: `","stream":"stdout","time":"..."}\n`.
std::string json_line_tail(Stream stream, std::int64_t ns);
// RFC 3339 with as many digits of the second as needed (Go's RFC3339Nano).
std::string format_log_time(std::int64_t ns);

}  // namespace hexad::shim
