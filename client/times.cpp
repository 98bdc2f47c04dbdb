// Formatting of times; the arithmetic is libc's.
#include "client/times.hpp"

#include <array>
#include <ctime>

#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

std::string format_with(const char* format, std::int64_t ns) {
  const std::time_t seconds = ns / 1'000'000'000;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 80> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace

std::string go_time(std::int64_t ns) { return format_with("%Y-%m-%d %H:%M:%S %z %Z", ns); }

std::string ansi_time(std::int64_t ns) { return format_with("%a %b %e %H:%M:%S %Y", ns); }

std::string go_time_of(std::string_view rfc3339) {
  const auto ns = parse_time(rfc3339);
  if (!ns) return std::string(rfc3339);
  // format_time always writes nine digits and UTC; Go drops the zeros at the end.
  std::string text = format_time(*ns);
  if (text.ends_with('Z')) text.pop_back();
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  if (const auto t = text.find('T'); t != std::string::npos) text[t] = ' ';
  return text + " +0000 UTC";
}

}  // namespace hexad::client
