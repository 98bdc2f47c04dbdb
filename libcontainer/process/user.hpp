// Who a process is to be, looked up in the container's own /etc/passwd and /etc/group: the texts
// belong to the container and are not trusted. The rules are those of moby/sys/user
// (GetExecUser, GetAdditionalGroups), which Docker and runc follow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::process {

struct Identity {
  std::uint32_t uid = 0, gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary, the primary one first
  std::string home = "/";
};

// `user`: "", "name", "1000", "name:group", "1000:1000"; `extra`: group names or numbers.
// nullopt for a file that is not there. Errors have Docker's texts
// ("unable to find user x: no matching entries in passwd file").
Result<Identity> resolve_user(std::string_view user, const std::vector<std::string>& extra,
                              std::optional<std::string_view> passwd,
                              std::optional<std::string_view> group);

// The same with the files of the root directory `root`.
Result<Identity> resolve_user_in(int root, std::string_view user,
                                 const std::vector<std::string>& extra);

}  // namespace hexad::process
