#include "libcontainer/net/sysctl.hpp"

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::net {

Result<std::string> get_sysctl(const std::string& path) {
  return std::string(trim(TRY(read_file("/proc/sys/" + path, 4096))));
}

Result<> set_sysctl(const std::string& path, const std::string& value) {
  if (TRY(get_sysctl(path)) == value) return {};
  return write_existing("/proc/sys/" + path, value);
}

}  // namespace hexad::net
