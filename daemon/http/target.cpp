#include "daemon/http/target.hpp"

#include <algorithm>
#include <limits>

#include "libcontainer/base/strings.hpp"

namespace hexad::http {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// "http://host/path" is allowed too (RFC 9112, 3.2.2).
std::string_view strip_authority(std::string_view raw) {
  if (raw.starts_with('/')) return raw;
  const auto scheme = raw.find("://");
  if (scheme == std::string_view::npos || raw.find('/') < scheme) return raw;
  const auto path = raw.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : raw.substr(path);
}

// Docker's routes have the prefix "/v{version:[0-9.]+}".
void take_version(Target& target) {
  if (!target.path.starts_with("/v")) return;
  const auto end = target.path.find_first_not_of("0123456789.", 2);
  if (end == 2 || end == std::string::npos || target.path[end] != '/') return;
  target.version = target.path.substr(2, end - 2);
  target.path.erase(0, end);
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  if (text.empty()) return out;
  for (const auto part : split(text, '&')) {
    if (part.empty()) continue;
    if (part.find(';') != std::string_view::npos) {
      return fail(Code::invalid_argument, "invalid semicolon separator in query");
    }
    const auto [key, value] = split_once(part, '=');
    auto name = TRY(percent_decode(key, true));
    out.emplace_back(std::move(name), TRY(percent_decode(value.value_or(""), true)));
  }
  return out;
}

// Missing parts are 0; too many digits count as very new.
int number(std::string_view text) {
  if (text.empty()) return 0;
  const auto value = parse_uint(text);
  constexpr auto kMost = std::numeric_limits<int>::max();
  return value && *value < kMost ? static_cast<int>(*value) : kMost;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') {
      return fail(Code::invalid_argument, "invalid URL: NUL byte");
    }
    if (c == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (c != '%') {
      out.push_back(c);
    } else {
      const int high = i + 1 < text.size() ? digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(Code::invalid_argument, "invalid URL escape \"{}\"", text.substr(i, 3));
      }
      // A NUL would cut the text short where it reaches the kernel.
      if (high + low == 0) return fail(Code::invalid_argument, "invalid URL: NUL byte");
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

Result<Target> parse_target(std::string_view raw) {
  raw = strip_authority(raw);
  raw = raw.substr(0, raw.find('#'));
  const auto [path, query] = split_once(raw, '?');
  Target target;
  target.path = TRY(percent_decode(path, false));
  if (!target.path.starts_with('/')) target.path.insert(0, 1, '/');
  take_version(target);
  target.query = TRY(parse_query(query.value_or("")));
  return target;
}

Result<ApiVersion> check_version(const std::optional<std::string>& version) {
  if (!version) return kNewest;
  const auto parts = split(*version, '.');
  const ApiVersion asked{number(parts[0]), parts.size() > 1 ? number(parts[1]) : 0};
  const bool more = std::any_of(parts.begin() + std::min<std::ptrdiff_t>(2, std::ssize(parts)),
                                parts.end(), [](auto part) { return number(part) > 0; });
  if (asked < kOldest) {
    return fail(Code::invalid_argument,
                "client version {} is too old. Minimum supported API version is {}.{}, please "
                "upgrade your client to a newer version",
                *version, kOldest.major, kOldest.minor);
  }
  if (asked > kNewest || (asked == kNewest && more)) {
    return fail(Code::invalid_argument,
                "client version {} is too new. Maximum supported API version is {}.{}", *version,
                kNewest.major, kNewest.minor);
  }
  return asked;
}

}  // namespace hexad::http
