// Kernel settings below /proc/sys/net of this thread's network namespace.
#pragma once

#include <string>

#include "libcontainer/base/result.hpp"

namespace hexad::net {

// `path` below /proc/sys: "net/ipv4/ip_forward". Reads first and writes only a difference.
Result<> set_sysctl(const std::string& path, const std::string& value);
// Without the newline; errno ENOENT where the kernel does not have it.
Result<std::string> get_sysctl(const std::string& path);

}  // namespace hexad::net
