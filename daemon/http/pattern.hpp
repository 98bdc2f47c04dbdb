// Path patterns: "/containers/{id}/start"; "{name:.*}" takes slashes too. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hexad::http {

class Pattern {
 public:
  explicit Pattern(std::string_view text);

  using Params = std::vector<std::pair<std::string, std::string>>;
  // False, or the values of the parameters, none of them empty.
  bool match(std::string_view path, Params& params) const;
  // The first segment, which is always literal.
  [[nodiscard]] const std::string& first() const { return parts_.front().text; }
  // Literal parts come before parameters, these before those that take slashes.
  friend bool operator<(const Pattern& a, const Pattern& b);

 private:
  enum class Kind { literal, segment, rest };
  struct Part {
    Kind kind;
    std::string text;  // the literal or the parameter's name
  };
  bool match_from(std::size_t part, std::string_view path, Params& params) const;
  std::vector<Part> parts_;
};

}  // namespace hexad::http
