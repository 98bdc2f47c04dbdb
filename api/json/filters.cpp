#include "api/filters.hpp"
#include "api/json/parts.hpp"

namespace hexad::api {

Result<Filters> parse_filters(std::string_view text) {
  Filters filters;
  if (text.empty()) return filters;
  auto value = json::parse(text);
  if (!value) return pass(std::move(value).error(), "invalid filter");
  if (value->is_null()) return filters;
  const auto* members = value->object();
  if (members == nullptr) return fail(Code::invalid_argument, "invalid filter: not an object");
  for (const auto& [name, given] : *members) {
    auto& out = filters.values[name];
    if (const auto* list = given.array()) {
      for (const auto& item : *list) {
        if (item.string() == nullptr) {
          return fail(Code::invalid_argument, "invalid filter '{}': a {} among its values", name,
                      item.kind());
        }
        out.push_back(*item.string());
      }
    } else if (const auto* map = given.object()) {
      for (const auto& [text_value, wanted] : *map) {
        if (wanted.boolean() == nullptr) {
          return fail(Code::invalid_argument, "invalid filter '{}': a {} where a bool belongs",
                      name, wanted.kind());
        }
        // Go keeps the key whatever the boolean says.
        out.push_back(text_value);
      }
    } else if (!given.is_null()) {
      return fail(Code::invalid_argument, "invalid filter '{}': a {} where a map or list belongs",
                  name, given.kind());
    }
  }
  return filters;
}

std::string encode_filters(const Filters& filters) {
  json::Writer w;
  w.open();
  for (const auto& [name, values] : filters.values) {
    w.key(name);
    w.open();
    for (const auto& value : values) w.field(value, true);
    w.close();
  }
  w.close();
  return w.take();
}

}  // namespace hexad::api
