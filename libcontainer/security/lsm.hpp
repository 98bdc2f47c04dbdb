// Linux security modules. None is driven yet; what is asked for and cannot be done is refused.
#pragma once

#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::security {

struct LsmSupport {
  bool apparmor = false, selinux = false;  // enabled in the running kernel
};
LsmSupport lsm_support();

// `profile` of --security-opt apparmor=...: empty, "unconfined" and (where the kernel has no
// AppArmor) "docker-default" need nothing; everything else is an error, never ignored.
Result<> check_apparmor(std::string_view profile);
// `label` of --security-opt label=...: "disable" needs nothing.
Result<> check_selinux(std::string_view label);

}  // namespace hexad::security
