#include "libcontainer/base/error.hpp"

#include <cstring>

namespace hexad {

Error Error::context(std::string_view doing) && {
  message = fmt::format("{}: {}", doing, message);
  return std::move(*this);
}

Error sys_error(int err, std::string_view doing) {
  // strerrordesc_np is thread-safe, unlike strerror. man 3 strerrordesc_np
  const char* text = ::strerrordesc_np(err);
  return Error{Code::internal, err,
               fmt::format("{}: {}", doing, text != nullptr ? text : "unknown error")};
}

}  // namespace hexad
