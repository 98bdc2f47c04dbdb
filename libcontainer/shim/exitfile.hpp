// EXEC/<id>/exit: how the container ended, kept for a daemon that was away. One line of text:
// "1 CODE OOM FINISHED_AT\n" (version, exit code, 0 or 1, nanoseconds since the epoch).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"
#include "libcontainer/shim/protocol.hpp"

namespace hexad::shim {

inline constexpr const char* kExitFile = "exit";

std::string format_exit(const Exit& exit);
std::optional<Exit> parse_exit(std::string_view text);
// Written under another name and renamed, so that it is there completely or not at all.
Result<> write_exit_file(int exec_dir, const Exit& exit);

}  // namespace hexad::shim
