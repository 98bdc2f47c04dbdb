#include "api/units.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <span>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

std::string scaled(double value, double base, std::span<const char* const> units, int digits) {
  std::size_t i = 0;
  while (value >= base && i + 1 < units.size()) {
    value /= base;
    ++i;
  }
  return fmt::format("{:.{}g}{}", value, digits, units[i]);
}

// How many bytes the unit stands for; 0 when it is none. One letter, with "b" or "ib" behind.
double factor(std::string_view suffix) {
  const auto unit = to_lower(suffix);
  if (unit.empty() || unit == "b") return 1;
  if (unit.size() == 2 && unit[1] != 'b') return 0;
  if (unit.size() == 3 && unit.substr(1) != "ib") return 0;
  if (unit.size() > 3) return 0;
  const auto power = std::string_view("kmgtp").find(unit[0]);
  return power == std::string_view::npos ? 0 : std::pow(1024.0, static_cast<double>(power + 1));
}

}  // namespace

Result<std::int64_t> parse_size(std::string_view text) {
  const auto bad = [&] { return fail(Code::invalid_argument, "invalid size: '{}'", text); };
  const auto last = text.find_last_of("0123456789. ");
  if (last == text.npos || text.size() > 64) return bad();
  const auto number = std::string(text.substr(0, text[last] == ' ' ? last : last + 1));
  if (number.empty() || number.find_first_not_of("0123456789.") != number.npos) return bad();
  const auto suffix = text.substr(last + 1);
  const double unit = factor(suffix);
  if (unit == 0) return fail(Code::invalid_argument, "invalid suffix: '{}'", suffix);
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end) * unit;
  if (*end != '\0' || !(value < 9.2e18)) return bad();
  return static_cast<std::int64_t>(value);
}

std::string human_size(double bytes, int digits) {
  constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
  return scaled(bytes, 1000, units, digits);
}

std::string binary_size(double bytes, int digits) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};
  return scaled(bytes, 1024, units, digits);
}

std::string human_duration(std::int64_t ns) {
  const std::int64_t seconds = ns / 1'000'000'000;
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return fmt::format("{} seconds", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return fmt::format("{} minutes", minutes);
  const std::int64_t hours = (seconds + 1800) / 3600;  // rounded
  if (hours == 1) return "About an hour";
  if (hours < 48) return fmt::format("{} hours", hours);
  constexpr std::int64_t day = 24;
  if (hours < 14 * day) return fmt::format("{} days", hours / day);
  if (hours < 60 * day) return fmt::format("{} weeks", hours / day / 7);
  if (hours < 730 * day) return fmt::format("{} months", hours / day / 30);
  return fmt::format("{} years", seconds / 3600 / 24 / 365);
}

}  // namespace hexad::api
