// Small texts as a JSON object or list, for database columns and one-line answers.
#pragma once

#include <string>
#include <string_view>

#include "api/types/common.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

// {"k":"v"}; null when it was never written.
std::string encode_string_map(const StringMap& map);
Result<StringMap> decode_string_map(std::string_view json);
std::string encode_strings(const Strings& list);
Result<Strings> decode_strings(std::string_view json);
// "text" with quotes and escapes.
std::string quote_json(std::string_view text);

}  // namespace hexad::api
