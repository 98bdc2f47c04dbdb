// The key sequence that ends a terminal session without ending the process.
#pragma once

#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::containers {

// "ctrl-p,ctrl-q" or "a,ctrl-[" as raw bytes; empty text: Docker's default, ctrl-p ctrl-q.
// 400 `Invalid detach keys (x) provided`. moby pkg/term, ToBytes.
Result<std::string> parse_detach_keys(std::string_view text);

}  // namespace hexad::containers
