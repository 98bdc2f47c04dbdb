#include "api/json/writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "libcontainer/base/strings.hpp"

namespace hexad::api::json {
namespace {

// Length of the well-formed UTF-8 sequence at `p`, 0 when it is none. Unicode 15, table 3-7.
std::size_t utf8_length(const unsigned char* p, std::size_t left) {
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < left && p[i] >= low && p[i] <= high;
  };
  const unsigned c = p[0];
  if (c >= 0xC2 && c <= 0xDF) return tail(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    const bool second = tail(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF);
    return second && tail(2) ? 3 : 0;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    const bool second = tail(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[c >> 4];
  out += kDigits[c & 15];
}

bool plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t run = i;
    while (run < text.size() && plain(static_cast<unsigned char>(text[run]))) ++run;
    out.append(text, i, run - i);
    i = run;
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      append_escape(out, c);
      ++i;
      continue;
    }
    const auto length =
        utf8_length(reinterpret_cast<const unsigned char*>(text.data()) + i, text.size() - i);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out.append(text, i, length);
      i += length;
    }
  }
  out += '"';
}

void Writer::newline() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth_), ' ');
}

void Writer::separate() {
  if (!fresh_) {
    out_ += ',';
    newline();
  } else if (!out_.empty() && (out_.back() == '{' || out_.back() == '[')) {
    newline();
  }
  fresh_ = false;
}

void Writer::begin(char bracket) {
  separate();
  out_ += bracket;
  ++depth_;
  fresh_ = true;
}

void Writer::end(char bracket) {
  --depth_;
  if (!fresh_) newline();
  out_ += bracket;
  fresh_ = false;
}

void Writer::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_ += indent_ == 0 ? ":" : ": ";
  fresh_ = true;
}

void Writer::raw(std::string_view json) {
  separate();
  out_ += json;
}

void Writer::number(std::int64_t v) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), v).ptr;
  raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void Writer::number(std::uint64_t v) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), v).ptr;
  raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void Writer::value(double v) {
  if (!std::isfinite(v)) return null();
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), v).ptr;
  raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void Writer::value(std::string_view v) {
  separate();
  append_quoted(out_, v);
}

void Writer::value(const std::vector<std::string>& list) {
  open_array();
  for (const auto& item : list) value(item);
  close_array();
}

void Writer::value(const std::set<std::string>& set) {
  open();
  for (const auto& item : set) {
    key(item);
    raw("{}");
  }
  close();
}

void Writer::value(const std::map<std::string, std::string>& map) {
  open();
  for (const auto& [name, text] : map) field(name, text);
  close();
}

void Writer::time(std::string_view name, std::int64_t ns) { field(name, format_time(ns)); }

}  // namespace hexad::api::json
