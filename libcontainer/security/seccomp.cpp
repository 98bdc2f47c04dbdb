#include "libcontainer/security/seccomp.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hexad::security {

Result<> load_seccomp(std::string_view program) {
  if (program.empty()) return {};
  if (program.size() % sizeof(sock_filter) != 0 ||
      program.size() / sizeof(sock_filter) > BPF_MAXINSNS)
    return fail(Code::internal, "seccomp program of {} bytes is not one", program.size());
  // The kernel only reads it; bytes of a string are aligned for char, which copy_from_user takes.
  sock_fprog filter{};
  filter.len = static_cast<unsigned short>(program.size() / sizeof(sock_filter));
  filter.filter = const_cast<sock_filter*>(
      static_cast<const sock_filter*>(static_cast<const void*>(program.data())));
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
    return sys_fail("error loading seccomp filter");
  return {};
}

Result<> set_no_new_privs() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return sys_fail("prctl PR_SET_NO_NEW_PRIVS");
  return {};
}

}  // namespace hexad::security
