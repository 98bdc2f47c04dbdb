// The daemon's listening sockets: `unix:///path` made by us, `fd://` handed over by systemd.
#pragma once

#include <string>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::http {

// A socket file that nobody listens on is replaced; a live one, or a file that is no socket, is
// an error. root:`group` 0660, or root alone (0600) where there is no such group.
Result<UniqueFd> listen_unix(const std::string& path, const std::string& group);
// sd_listen_fds(3): LISTEN_PID, LISTEN_FDS; descriptors from 3 on. Unix stream sockets only.
Result<std::vector<UniqueFd>> inherited_sockets();

}  // namespace hexad::http
