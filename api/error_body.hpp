// The body of every error answer: {"message": "..."}.
#pragma once

#include <string>
#include <string_view>

namespace hexad::api {

std::string error_body(std::string_view message);
// The message of such a body; the trimmed text itself when it is none.
std::string error_message(std::string_view body);

}  // namespace hexad::api
