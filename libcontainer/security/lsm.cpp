#include "libcontainer/security/lsm.hpp"

#include "libcontainer/base/io.hpp"

namespace hexad::security {

LsmSupport lsm_support() {
  LsmSupport found;
  if (auto enabled = read_file("/sys/module/apparmor/parameters/enabled", 16))
    found.apparmor = enabled->starts_with("Y");
  found.selinux = path_exists("/sys/fs/selinux/enforce");
  return found;
}

Result<> check_apparmor(std::string_view profile) {
  if (profile.empty() || profile == "unconfined") return {};
  if (!lsm_support().apparmor) {
    if (profile == "docker-default") return {};
    return fail(Code::invalid_argument,
                "apparmor profile \"{}\" cannot be applied: AppArmor is not enabled on this host",
                profile);
  }
  return fail(Code::not_implemented, "apparmor profile \"{}\": AppArmor profiles are not supported",
              profile);
}

Result<> check_selinux(std::string_view label) {
  if (label.empty() || label == "disable") return {};
  if (!lsm_support().selinux) return {};  // Docker ignores labels where SELinux is off
  return fail(Code::not_implemented, "label \"{}\": SELinux labels are not supported", label);
}

}  // namespace hexad::security
