// The `filters` query parameter: name -> values, as {"label":{"a=b":true}} or {"label":["a=b"]}.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::api {

struct Filters {
  std::map<std::string, std::vector<std::string>, std::less<>> values;

  [[nodiscard]] bool has(std::string_view name) const { return values.contains(name); }
  // The values of a filter; empty when it was not given.
  [[nodiscard]] const std::vector<std::string>& get(std::string_view name) const;
  // No such filter given, or one of its values equals `value`.
  [[nodiscard]] bool exact(std::string_view name, std::string_view value) const;
  // No such filter given, or one of its values is a prefix of `value` (ids).
  [[nodiscard]] bool prefix(std::string_view name, std::string_view value) const;
  // No such filter given, or `value` contains a match of one of its values, taken as regular
  // expressions; one that is no valid expression is compared as text.
  [[nodiscard]] bool match(std::string_view name, std::string_view value) const;
  // As match(), once more without the leading slash of a container's name.
  [[nodiscard]] bool match_name(std::string_view name, std::string_view value) const;
  // Every value "k" or "k=v" must hold for `labels`. Docker: all of `label` must match.
  [[nodiscard]] bool labels(std::string_view name,
                            const std::map<std::string, std::string>& labels) const;
  // For `label!`: none of the values holds.
  [[nodiscard]] bool not_labels(std::string_view name,
                                const std::map<std::string, std::string>& labels) const;
  // A boolean filter such as dangling: `absent` when it was not given, 400 when it is neither
  // true nor false (1, t, 0, f, ... as Docker takes them) or both.
  [[nodiscard]] Result<bool> boolean(std::string_view name, bool absent) const;
  // 400 "invalid filter 'x'" for a name that is not in `known`.
  [[nodiscard]] Result<> only(std::initializer_list<std::string_view> known) const;
};

// An empty text is no filter. 400 when it is neither form.
Result<Filters> parse_filters(std::string_view json);
// The map form, which every version of the API reads.
std::string encode_filters(const Filters& filters);

}  // namespace hexad::api
