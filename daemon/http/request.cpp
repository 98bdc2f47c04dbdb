#include "daemon/http/request.hpp"

#include <algorithm>
#include <array>

#include "libcontainer/base/strings.hpp"

namespace hexad::http {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

const std::string* find(const Pairs& pairs, std::string_view name) {
  const auto at =
      std::find_if(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == name; });
  return at == pairs.end() ? nullptr : &at->second;
}

}  // namespace

const std::string& Request::param(std::string_view name) const {
  static const std::string kNone;
  const auto* value = find(params, name);
  return value == nullptr ? kNone : *value;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  if (const auto* value = find(query, name)) return *value;
  return std::nullopt;
}

std::vector<std::string> Request::query_values(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : query) {
    if (key == name) out.push_back(value);
  }
  return out;
}

bool Request::query_bool(std::string_view name, bool absent) const {
  const auto* value = find(query, name);
  if (value == nullptr) return absent;
  constexpr std::array<std::string_view, 5> kFalse{"", "0", "no", "false", "none"};
  return std::find(kFalse.begin(), kFalse.end(), to_lower(trim(*value))) == kFalse.end();
}

Result<std::optional<std::int64_t>> Request::query_int(std::string_view name) const {
  const auto* value = find(query, name);
  if (value == nullptr || value->empty()) return std::optional<std::int64_t>{};
  if (auto number = parse_int(*value)) return number;
  return fail(Code::invalid_argument, "invalid value \"{}\" for {}: not a number", *value, name);
}

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
  if (const auto* value = find(headers, lower_case_name)) return *value;
  return std::nullopt;
}

}  // namespace hexad::http
