// Runs one of the host's iptables tools to its end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::firewall {

struct ToolResult {
  int exit_code = 0;  // 128 + signal
  std::string out, err;
};
// `argv[0]` is an absolute path. posix_spawn; no shell; a fixed environment.
Result<ToolResult> run_tool(const std::vector<std::string>& argv, std::string_view input = {});
// In the usual system directories, not by PATH; empty when it is not there.
std::string find_tool(const std::string& name);

}  // namespace hexad::firewall
