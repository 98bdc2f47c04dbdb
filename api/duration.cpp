#include "api/duration.hpp"

#include <array>
#include <cmath>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
// The longer names first: "ms" is no "m".
constexpr std::array kUnits{
    Unit{"ns", 1},         Unit{"us", 1'000},  Unit{"\u00b5s", 1'000},  Unit{"\u03bcs", 1'000},
    Unit{"ms", 1'000'000}, Unit{"s", kSecond}, Unit{"m", 60 * kSecond}, Unit{"h", 3600 * kSecond}};

bool digit(char c) { return c >= '0' && c <= '9'; }

// One "12.5h"; nullopt when the text does not begin with one or it is too large.
std::optional<std::int64_t> take_part(std::string_view& text) {
  std::int64_t whole = 0;
  double fraction = 0;
  double scale = 0.1;
  std::size_t digits = 0;
  std::size_t i = 0;
  for (; i < text.size() && digit(text[i]); ++i, ++digits) {
    if (whole > INT64_MAX / 10 - 1) return std::nullopt;
    whole = whole * 10 + (text[i] - '0');
  }
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && digit(text[i]); ++i, ++digits, scale /= 10)
      fraction += (text[i] - '0') * scale;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(i);
  for (const auto& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    if (whole > INT64_MAX / unit.ns - 1) return std::nullopt;
    return whole * unit.ns + std::llround(fraction * static_cast<double>(unit.ns));
  }
  return std::nullopt;
}

// "1136073600.000000001"
std::optional<std::int64_t> unix_time(std::string_view text) {
  const auto [seconds_text, fraction] = split_once(text, '.');
  const auto seconds = text.empty() ? std::nullopt : parse_int(seconds_text);
  if (!seconds || *seconds > INT64_MAX / kSecond - 1 || *seconds < INT64_MIN / kSecond + 1)
    return std::nullopt;
  std::int64_t ns = 0;
  if (fraction) {
    std::string nine(fraction->substr(0, 9));
    nine.resize(9, '0');
    for (const char c : *fraction) {
      if (!digit(c)) return std::nullopt;
    }
    ns = parse_int(nine).value_or(0);
  }
  return *seconds * kSecond + (*seconds < 0 ? -ns : ns);
}

// The short forms that clients take: "2006-01-02", "2006-01-02T15", "2006-01-02T15:04".
std::optional<std::int64_t> calendar_time(std::string_view text) {
  if (const auto exact = parse_time(text)) return exact;
  std::string full(text);
  const bool zone = full.ends_with('Z');
  if (zone) full.pop_back();
  constexpr std::string_view pattern = "0000-00-00T00:00:00";
  if (full.size() != 10 && full.size() != 13 && full.size() != 16 && full.size() < 19)
    return std::nullopt;
  if (full.size() < pattern.size()) full += pattern.substr(full.size());
  return parse_time(full + "Z");
}

// "1.5" of 1 500 ms: the fraction without trailing zeros.
std::string decimal(std::int64_t value, std::int64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  std::int64_t rest = value % unit;
  if (rest == 0) return text;
  text += '.';
  for (std::int64_t place = unit / 10; rest != 0; place /= 10) {
    text += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return text;
}

}  // namespace

Result<std::int64_t> parse_duration(std::string_view text) {
  const auto bad = [&] {
    return fail(Code::invalid_argument, "time: invalid duration \"{}\"", text);
  };
  std::string_view rest = text.substr(0, 128);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return 0;
  if (rest.empty() || text.size() > 128) return bad();
  std::int64_t sum = 0;
  while (!rest.empty()) {
    const auto part = take_part(rest);
    if (!part || *part > INT64_MAX - sum) return bad();
    sum += *part;
  }
  return negative ? -sum : sum;
}

std::string format_duration(std::int64_t ns) {
  if (ns == 0) return "0s";
  if (ns == INT64_MIN) return "-2562047h47m16.854775808s";
  if (ns < 0) return "-" + format_duration(-ns);
  if (ns < 1'000) return fmt::format("{}ns", ns);
  if (ns < 1'000'000) return decimal(ns, 1'000) + "\u00b5s";
  if (ns < kSecond) return decimal(ns, 1'000'000) + "ms";
  const std::int64_t minutes = ns / (60 * kSecond);
  std::string text = decimal(ns % (60 * kSecond), kSecond) + "s";
  if (minutes > 0) text = fmt::format("{}m{}", minutes % 60, text);
  if (minutes >= 60) text = fmt::format("{}h{}", minutes / 60, text);
  return text;
}

Result<std::int64_t> parse_timestamp(std::string_view text, std::int64_t now_ns) {
  if (const auto seconds = unix_time(text)) return *seconds;
  if (const auto point = calendar_time(text)) return *point;
  if (const auto back = parse_duration(text)) return now_ns - *back;
  return fail(Code::invalid_argument, "failed to parse value as time or duration: \"{}\"", text);
}

}  // namespace hexad::api
