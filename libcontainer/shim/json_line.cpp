#include "libcontainer/shim/json_line.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <cstring>

#include <fmt/core.h>

#include "libcontainer/base/strings.hpp"

namespace hexad::shim {

namespace {

constexpr unsigned kAscii = 0x80;  // bytes from here on belong to longer sequences

bool is_plain(unsigned char c) {
  return c >= 0x20 && c < kAscii && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

// How many bytes at the front need no escaping.
std::size_t plain_run(const char* text, std::size_t size) {
  std::size_t at = 0;
#ifdef __SSE2__
  // Sixteen bytes at a time. Signed comparison: bytes above 0x7f are negative, so that one test
  // finds them and the control characters.
  const __m128i space = _mm_set1_epi8(0x20);
  for (; at + 16 <= size; at += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
    __m128i bad = _mm_cmplt_epi8(v, space);
    for (const char c : {'"', '\\', '<', '>', '&'})
      bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
    const int mask = _mm_movemask_epi8(bad);
    if (mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
#endif
  while (at < size && is_plain(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

bool continues(std::string_view s, std::size_t at, unsigned low, unsigned high) {
  if (at >= s.size()) return false;
  const auto c = static_cast<unsigned char>(s[at]);
  return c >= low && c <= high;
}

// Length of the UTF-8 sequence at the front, 0 when it is none (RFC 3629: no surrogates, nothing
// overlong, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view s) {
  const auto lead = static_cast<unsigned char>(s[0]);
  if (lead >= 0xc2 && lead <= 0xdf) return continues(s, 1, 0x80, 0xbf) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80, high = lead == 0xed ? 0x9f : 0xbf;
    return continues(s, 1, low, high) && continues(s, 2, 0x80, 0xbf) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned low = lead == 0xf0 ? 0x90 : 0x80, high = lead == 0xf4 ? 0x8f : 0xbf;
    return continues(s, 1, low, high) && continues(s, 2, 0x80, 0xbf) && continues(s, 3, 0x80, 0xbf)
               ? 4
               : 0;
  }
  return 0;
}

void append_ascii_escape(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '"':
    case '\\':
      out.push_back('\\');
      out.push_back(c);
      return;
    default:
      out.append("\\u00");
      out.push_back(kDigits[static_cast<unsigned char>(c) >> 4U]);
      out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
  }
}

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t run = plain_run(text.data(), text.size());
    out.append(text.data(), run);
    text.remove_prefix(run);
    if (text.empty()) return;
    if (static_cast<unsigned char>(text.front()) < kAscii) {
      append_ascii_escape(out, text.front());
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = sequence_length(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    if (length == 0) {
      out.append("\\ufffd");
    } else if (sequence == "\u2028" || sequence == "\u2029") {
      out.append(sequence.back() == '\xa8' ? "\\u2028" : "\\u2029");
    } else {
      out.append(sequence);
    }
    text.remove_prefix(sequence.size());
  }
}

std::string format_log_time(std::int64_t ns) {
  std::string text = format_time(ns);
  const auto point = text.find('.');
  if (point == std::string::npos) return text;
  text.pop_back();  // the Z
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  text.push_back('Z');
  return text;
}

std::string json_line_tail(Stream stream, std::int64_t ns) {
  return fmt::format("\",\"stream\":\"{}\",\"time\":\"{}\"}}\n",
                     stream == Stream::err ? "stderr" : "stdout", format_log_time(ns));
}

}  // namespace hexad::shim
