#include "libcontainer/process/failure.hpp"

#include <cstring>

namespace hexad::process {

Failure make_failure(std::string_view stage, const Error& error) {
  Failure f;
  f.stage = std::string(stage);
  f.sys_errno = error.sys_errno;
  f.message = stage == "user" ? error.message : error.message + ": unknown";
  return f;
}

std::string go_error(int err) {
  const char* text = ::strerrordesc_np(err);
  std::string out = text != nullptr ? text : fmt::format("errno {}", err);
  if (out.size() > 1 && out[0] >= 'A' && out[0] <= 'Z' && out[1] >= 'a' && out[1] <= 'z')
    out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

}  // namespace hexad::process
