// The JSON value of the client. api/json reads; writing follows Go's encoding/json to the byte,
// since people compare our output with Docker's.
#include "client/json_value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <limits>

#include "api/json/value.hpp"

namespace hexad::client {
namespace {

// The reader's depth limit bounds the recursion.
Json from_value(const api::json::Value& value) {
  if (const auto* flag = value.boolean()) return Json::boolean(*flag);
  if (const auto* number = value.integer()) return Json::number(*number);
  if (const auto* number = value.large()) return Json::number_text(std::to_string(*number));
  if (const auto* number = value.real()) return Json::number_text(fmt::format("{}", *number));
  if (const auto* text = value.string()) return Json::string(*text);
  if (const auto* items = value.array()) {
    std::vector<Json> list;
    list.reserve(items->size());
    for (const auto& item : *items) list.push_back(from_value(item));
    return Json::array(std::move(list));
  }
  Json object;
  if (const auto* members = value.object()) {
    object = Json::object();
    for (const auto& [key, member] : *members) object.set(key, from_value(member));
  }
  return object;
}

const Json kNull;
const std::string kEmpty;

}  // namespace

Json Json::boolean(bool value) {
  Json j;
  j.kind_ = Kind::boolean;
  j.bool_ = value;
  return j;
}

Json Json::number(std::int64_t value) { return number_text(std::to_string(value)); }

Json Json::number_text(std::string digits) {
  Json j;
  j.kind_ = Kind::number;
  j.text_ = std::move(digits);
  return j;
}

Json Json::string(std::string_view value) {
  Json j;
  j.kind_ = Kind::string;
  j.text_ = value;
  return j;
}

Json Json::array(std::vector<Json> items) {
  Json j;
  j.kind_ = Kind::array;
  j.items_ = std::move(items);
  return j;
}

Json Json::object(std::vector<Member> members) {
  Json j;
  j.kind_ = Kind::object;
  j.members_ = std::move(members);
  return j;
}

std::int64_t Json::as_int() const {
  if (kind_ != Kind::number) return 0;
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  if (ec == std::errc{} && end == text_.data() + text_.size()) return value;
  // "1e3", or a number that 64 bits do not hold: the nearest that they do.
  constexpr double kLimit = 9223372036854775808.0;
  const double number = as_double();
  if (number >= kLimit) return std::numeric_limits<std::int64_t>::max();
  if (!(number >= -kLimit)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(number);
}

double Json::as_double() const {
  return kind_ == Kind::number ? std::strtod(text_.c_str(), nullptr) : 0;
}

const std::string& Json::text() const {
  return kind_ == Kind::string || kind_ == Kind::number ? text_ : kEmpty;
}

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : members_)
    if (name == key) return &value;
  return nullptr;
}

Json* Json::find(std::string_view key) {
  for (auto& [name, value] : members_)
    if (name == key) return &value;
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  const Json* found = find(key);
  return found != nullptr ? *found : kNull;
}

void Json::set(std::string_view key, Json value) {
  if (Json* found = find(key)) {
    *found = std::move(value);
  } else {
    members_.emplace_back(std::string(key), std::move(value));
  }
}

void append_json_string(std::string& out, std::string_view text, bool html) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || (html && (c == '<' || c == '>' || c == '&'))) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else if (text.substr(i, 3) == "\xe2\x80\xa8" || text.substr(i, 3) == "\xe2\x80\xa9") {
          // Go always escapes the two line separators that JavaScript does not allow in strings.
          out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
          i += 2;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void Json::dump_to(std::string& out, bool html) const {
  bool first = true;
  switch (kind_) {
    case Kind::null: out += "null"; return;
    case Kind::boolean: out += bool_ ? "true" : "false"; return;
    case Kind::number: out += text_; return;
    case Kind::string: append_json_string(out, text_, html); return;
    case Kind::array:
      out += '[';
      for (const Json& item : items_) {
        if (!std::exchange(first, false)) out += ',';
        item.dump_to(out, html);
      }
      out += ']';
      return;
    case Kind::object:
      out += '{';
      for (const auto& [key, value] : members_) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, key, html);
        out += ':';
        value.dump_to(out, html);
      }
      out += '}';
      return;
  }
}

std::string Json::dump(bool html) const {
  std::string out;
  dump_to(out, html);
  return out;
}

void Json::pretty_to(std::string& out, std::string_view prefix, std::size_t width,
                     std::size_t depth) const {
  const auto newline = [&](std::size_t level) {
    out += '\n';
    out += prefix;
    out.append(level * width, ' ');
  };
  bool first = true;
  if (kind_ == Kind::array && !items_.empty()) {
    out += '[';
    for (const Json& item : items_) {
      if (!std::exchange(first, false)) out += ',';
      newline(depth + 1);
      item.pretty_to(out, prefix, width, depth + 1);
    }
    newline(depth);
    out += ']';
  } else if (kind_ == Kind::object && !members_.empty()) {
    out += '{';
    for (const auto& [key, value] : members_) {
      if (!std::exchange(first, false)) out += ',';
      newline(depth + 1);
      append_json_string(out, key);
      out += ": ";
      value.pretty_to(out, prefix, width, depth + 1);
    }
    newline(depth);
    out += '}';
  } else {
    dump_to(out, false);
  }
}

std::string Json::pretty(std::size_t width, std::string_view prefix) const {
  std::string out;
  pretty_to(out, prefix, width, 0);
  return out;
}

Result<Json> parse_json(std::string_view text) {
  const api::json::Value value = TRY(api::json::parse(text));
  return from_value(value);
}

}  // namespace hexad::client
