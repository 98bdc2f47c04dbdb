#include "daemon/http/pattern.hpp"

#include <algorithm>

#include "libcontainer/base/strings.hpp"

namespace hexad::http {

Pattern::Pattern(std::string_view text) {
  if (text.starts_with('/')) text.remove_prefix(1);
  for (auto part : split(text, '/')) {
    if (!part.starts_with('{')) {
      parts_.push_back({Kind::literal, std::string(part)});
      continue;
    }
    part = part.substr(1, part.size() - 2);
    const auto [name, expression] = split_once(part, ':');
    parts_.push_back({expression ? Kind::rest : Kind::segment, std::string(name)});
  }
}

bool Pattern::match(std::string_view path, Params& params) const {
  params.clear();
  if (!path.starts_with('/')) return false;
  return match_from(0, path.substr(1), params);
}

bool Pattern::match_from(std::size_t part, std::string_view path, Params& params) const {
  const auto& p = parts_[part];
  const bool last = part + 1 == parts_.size();
  if (p.kind == Kind::rest) {
    // The longest text first, as a greedy expression has it.
    for (auto end = path.size(); end != std::string_view::npos && end > 0;
         end = path.rfind('/', end - 1)) {
      if (last && end != path.size()) return false;
      const auto tail = end == path.size() ? std::string_view() : path.substr(end + 1);
      if (!last && end == path.size()) continue;
      params.emplace_back(p.text, path.substr(0, end));
      if (last || match_from(part + 1, tail, params)) return true;
      params.pop_back();
    }
    return false;
  }
  const auto slash = path.find('/');
  const auto segment = path.substr(0, slash);
  if (p.kind == Kind::literal ? segment != p.text : segment.empty()) return false;
  if (last != (slash == std::string_view::npos)) return false;
  if (p.kind == Kind::segment) params.emplace_back(p.text, segment);
  if (last || match_from(part + 1, path.substr(slash + 1), params)) return true;
  if (p.kind == Kind::segment) params.pop_back();
  return false;
}

bool operator<(const Pattern& a, const Pattern& b) {
  return std::lexicographical_compare(a.parts_.begin(), a.parts_.end(), b.parts_.begin(),
                                      b.parts_.end(),
                                      [](const auto& x, const auto& y) { return x.kind < y.kind; });
}

}  // namespace hexad::http
