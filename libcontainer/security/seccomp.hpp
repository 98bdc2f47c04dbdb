// Loading a ready seccomp program in a child. Compiling is seccomp_compile.hpp, a library of its
// own that only the daemon links.
#pragma once

#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::security {

// `program`: array of struct sock_filter; empty is a no-op. Needs CAP_SYS_ADMIN in the user
// namespace or no_new_privs (man 2 seccomp: EACCES otherwise), and calls nothing afterwards.
Result<> load_seccomp(std::string_view program);

// Sets PR_SET_NO_NEW_PRIVS.
Result<> set_no_new_privs();

}  // namespace hexad::security
