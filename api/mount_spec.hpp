// Bind specifications as `docker run -v` and HostConfig.Binds write them: "source:target:options".
// Docker's texts in errors.
#pragma once

#include <string>
#include <string_view>

#include "api/types/container.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

struct BindSpec {
  bool volume = false;  // the source is a volume's name, or empty for an anonymous one
  std::string source;   // a clean absolute path, or a volume's name
  std::string target;   // clean, absolute, not "/"
  std::string mode;     // the options as they were written
  bool read_only = false;
  bool no_copy = false;     // volumes: do not fill from the image
  std::string propagation;  // binds: "" is rprivate
  char label = 0;           // 'z', 'Z' or 0 (SELinux: ignored without it)
};

// 400 "invalid volume specification: 'x'", "invalid mode: x", ...
Result<BindSpec> parse_bind(std::string_view spec);

// The options alone ("ro,z"); 400 "invalid mode: x".
struct MountMode {
  bool read_only = false, no_copy = false;
  std::string propagation;
  char label = 0;
};
Result<MountMode> parse_mount_mode(std::string_view mode);

// A HostConfig.Mounts entry; 400 `invalid mount config for type "bind": field Source must not be
// empty` and the like. Whether the source exists is the caller's question.
Result<> check_mount(const Mount& mount);

// Removes ".", "..", doubled and trailing slashes, as Go's path.Clean; "" becomes ".".
std::string clean_path(std::string_view path);

}  // namespace hexad::api
