// What went wrong, kept as data: a code that maps to an HTTP status in one place
// (api/http_status.hpp), the errno the kernel gave, and a text for people.
// Low layers report errno and what they were doing; only a feature decides that
// ENOENT means "no such container".
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace hexad {

enum class Code : std::uint8_t {
  invalid_argument,  // 400
  unauthorized,      // 401
  forbidden,         // 403
  not_found,         // 404
  not_acceptable,    // 406
  conflict,          // 409
  not_modified,      // 304
  not_implemented,   // 501
  unavailable,       // 503
  internal,          // 500
};

struct Error {
  Code code = Code::internal;
  int sys_errno = 0;  // 0: no system call was involved
  std::string message;

  // Puts what was being done in front: "mount overlay for 3f2a: <message>".
  [[nodiscard]] Error context(std::string_view doing) &&;
};

// "open /x: No such file or directory" with the errno kept; code is internal.
Error sys_error(int err, std::string_view doing);

}  // namespace hexad
