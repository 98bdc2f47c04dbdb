// A parsed JSON document as plain data, for the decoders and for clients that print templates.
// Objects keep their keys' order; a key given twice is there twice (the last one counts).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::api::json {

class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::vector<std::pair<std::string, Value>>;
  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string,
                            Array, Object>;

  Value() = default;
  explicit Value(Data d) : data(std::move(d)) {}

  Data data;  // std::uint64_t only for what std::int64_t cannot hold

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data); }
  [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data); }
  [[nodiscard]] const std::uint64_t* large() const { return std::get_if<std::uint64_t>(&data); }
  [[nodiscard]] const double* real() const { return std::get_if<double>(&data); }
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&data); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&data); }
  // "null", "bool", "number", "string", "array" or "object".
  [[nodiscard]] const char* kind() const;
  // The member of an object: the exact key, else one that differs in case only, as Go matches
  // them; null pointer when there is none or this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const;
};

inline constexpr std::size_t kMaxDepth = 100;

// 400 "invalid JSON: ..." when it is malformed, not UTF-8, deeper than kMaxDepth, or followed by
// something else. Never recurses, so that no input overflows the stack.
Result<Value> parse(std::string_view text);
// Compact, or indented by `indent` spaces as Go's MarshalIndent does.
std::string dump(const Value& value, int indent = 0);

}  // namespace hexad::api::json
