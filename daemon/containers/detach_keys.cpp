#include "daemon/containers/detach_keys.hpp"

#include "libcontainer/base/strings.hpp"

namespace hexad::containers {

Result<std::string> parse_detach_keys(std::string_view text) {
  if (text.empty()) return std::string("\x10\x11");
  std::string out;
  for (const auto key : split(text, ',')) {
    constexpr std::string_view kControl = "ctrl-";
    if (key.size() == 1) {
      out.push_back(key.front());
      continue;
    }
    const bool control = key.starts_with(kControl) && key.size() == kControl.size() + 1;
    const char c = control ? key.back() : '\0';
    if (c >= 'a' && c <= 'z') {
      out.push_back(static_cast<char>(c - 'a' + 1));
    } else if (c == '@' || (c >= '[' && c <= '_')) {
      out.push_back(static_cast<char>(c - '@'));
    } else {
      return fail(Code::invalid_argument, "Invalid detach keys ({}) provided", text);
    }
  }
  return out;
}

}  // namespace hexad::containers
