// A JSON value that keeps the order of keys and the digits of numbers, for what is shown as it
// came: inspect, --format, listings. Requests are written by the codecs of api/json instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::client {

class Json {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  // Copies are deep.
  static Json boolean(bool value);
  static Json number(std::int64_t value);
  // The digits as they stand in the document.
  static Json number_text(std::string digits);
  static Json string(std::string_view value);
  static Json array(std::vector<Json> items = {});
  static Json object(std::vector<Member> members = {});

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
  [[nodiscard]] bool is_object() const { return kind_ == Kind::object; }
  [[nodiscard]] bool is_array() const { return kind_ == Kind::array; }
  [[nodiscard]] bool is_string() const { return kind_ == Kind::string; }
  [[nodiscard]] bool is_number() const { return kind_ == Kind::number; }

  // False, 0, "" and the empty list for a value of another kind.
  [[nodiscard]] bool as_bool() const { return kind_ == Kind::boolean && bool_; }
  [[nodiscard]] std::int64_t as_int() const;
  [[nodiscard]] double as_double() const;
  [[nodiscard]] const std::string& text() const;  // of a string; of a number its digits
  [[nodiscard]] const std::vector<Json>& items() const { return items_; }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }

  // The member, or null when there is none (or this is no object).
  [[nodiscard]] const Json* find(std::string_view key) const;
  // As find, but a null value where there is none, so that paths can be written in one line.
  [[nodiscard]] const Json& at(std::string_view key) const;
  [[nodiscard]] Json* find(std::string_view key);

  void set(std::string_view key, Json value);  // replaces or appends
  void push(Json value) { items_.push_back(std::move(value)); }

  // Compact. `html`: <, > and & written as \u003c, as Go's json.Marshal does.
  [[nodiscard]] std::string dump(bool html = false) const;
  // Indented by `width` spaces a level, empty lists and objects as [] and {}.
  [[nodiscard]] std::string pretty(std::size_t width, std::string_view prefix = {}) const;

 private:
  void dump_to(std::string& out, bool html) const;
  void pretty_to(std::string& out, std::string_view prefix, std::size_t width,
                 std::size_t depth) const;

  Kind kind_ = Kind::null;
  bool bool_ = false;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

// The whole text must be one value, nested no deeper than api::json::kMaxDepth.
Result<Json> parse_json(std::string_view text);
// Appends a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text, bool html = false);

}  // namespace hexad::client
