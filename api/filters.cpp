#include "api/filters.hpp"

#include <algorithm>
#include <regex>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

// No regular expression: nothing but characters that stand for themselves.
bool literal(std::string_view pattern) {
  return pattern.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos;
}

// std::regex recurses over its subject and pattern, so both are kept short.
bool matches(const std::string& pattern, std::string_view value) {
  if (pattern == value) return true;
  if (literal(pattern) || pattern.size() > 256 || value.size() > 1024) {
    return value.find(pattern) != std::string_view::npos;
  }
  // The common anchors, which clients write for an exact name, without a regular expression.
  std::string_view inner = pattern;
  const bool front = inner.starts_with('^');
  if (front) inner.remove_prefix(1);
  const bool back = inner.ends_with('$');
  if (back) inner.remove_suffix(1);
  if (literal(inner)) {
    if (front && back) return value == inner;
    if (front) return value.starts_with(inner);
    if (back) return value.ends_with(inner);
  }
  try {
    // libstdc++'s polynomial matcher: no back-references, as in Go, and no pattern of a client
    // that takes seconds.
    const std::regex compiled(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial);
    return std::regex_search(std::string(value), compiled);
  } catch (const std::regex_error&) {
    return value.find(pattern) != std::string_view::npos;
  }
}

bool holds(const std::string& wanted, const std::map<std::string, std::string>& labels) {
  const auto [key, value] = split_once(wanted, '=');
  const auto it = labels.find(std::string(key));
  return it != labels.end() && (!value || it->second == *value);
}

std::optional<bool> parse_bool(std::string_view text) {
  for (const auto yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const auto no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

}  // namespace

const std::vector<std::string>& Filters::get(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto it = values.find(name);
  return it == values.end() ? none : it->second;
}

bool Filters::exact(std::string_view name, std::string_view value) const {
  const auto& wanted = get(name);
  return wanted.empty() ||
         std::any_of(wanted.begin(), wanted.end(), [&](const auto& w) { return w == value; });
}

bool Filters::prefix(std::string_view name, std::string_view value) const {
  const auto& wanted = get(name);
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                       [&](const auto& w) { return value.starts_with(w); });
}

bool Filters::match(std::string_view name, std::string_view value) const {
  const auto& wanted = get(name);
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                       [&](const auto& w) { return matches(w, value); });
}

bool Filters::match_name(std::string_view name, std::string_view value) const {
  if (match(name, value)) return true;
  return value.starts_with('/') && match(name, value.substr(1));
}

bool Filters::labels(std::string_view name,
                     const std::map<std::string, std::string>& labels) const {
  const auto& wanted = get(name);
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& w) { return holds(w, labels); });
}

bool Filters::not_labels(std::string_view name,
                         const std::map<std::string, std::string>& labels) const {
  const auto& wanted = get(name);
  return std::none_of(wanted.begin(), wanted.end(),
                      [&](const auto& w) { return holds(w, labels); });
}

Result<bool> Filters::boolean(std::string_view name, bool absent) const {
  const auto& given = get(name);
  if (given.empty()) return absent;
  std::optional<bool> answer;
  for (const auto& text : given) {
    const auto one = parse_bool(text);
    if (!one || (answer && *answer != *one)) {
      return fail(Code::invalid_argument, "invalid filter '{}={}'", name,
                  fmt::format("[{}]", join(given, " ")));
    }
    answer = one;
  }
  return *answer;
}

Result<> Filters::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, unused] : values) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return fail(Code::invalid_argument, "invalid filter '{}'", name);
    }
  }
  return {};
}

}  // namespace hexad::api
