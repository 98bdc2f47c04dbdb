// JSON of exec instances.
#pragma once

#include <string>
#include <string_view>

#include "api/types/exec.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

Result<ExecCreate> decode_exec_create(std::string_view json);
std::string encode(const ExecCreate& request);
Result<ExecStart> decode_exec_start(std::string_view json);
std::string encode(const ExecStart& request);
Result<ExecInspect> decode_exec_inspect(std::string_view json);
std::string encode(const ExecInspect& inspect);
// {"Id": "..."}: the answer to an exec's creation, and to a commit.
std::string encode_id(std::string_view id);
Result<std::string> decode_id(std::string_view json);

}  // namespace hexad::api
