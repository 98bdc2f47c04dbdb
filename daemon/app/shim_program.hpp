// Where hexad-shim is: beside our own executable, or in ../libexec/hexad.
#pragma once

#include <string>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::app {

Result<std::string> shim_path();
// Its bytes in a sealed memfd: nothing that runs can change what runs next (CVE-2019-5736).
Result<UniqueFd> load_shim();

}  // namespace hexad::app
