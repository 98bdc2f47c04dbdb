// Which file is executed: the rules and the words of Go's os/exec.LookPath, which runc uses. To be
// called by the process that will execute it, as its user and in its directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::process {

// `path_list`: value of PATH. Errors: `exec: "x": executable file not found in $PATH`,
// `exec: "/x": stat /x: no such file or directory`, `exec: "/etc": is a directory`,
// `exec: "/f": permission denied`.
Result<std::string> find_executable(const std::string& name, std::string_view path_list);

// The value of `key` in KEY=value strings; the last one counts. Empty when absent.
std::string_view env_value(const std::vector<std::string>& env, std::string_view key) noexcept;

}  // namespace hexad::process
