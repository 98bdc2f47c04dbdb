// Maps of user and group ids between a user namespace and the one around it
// (user_namespaces(7), "User and group ID mappings").
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::ns {

struct IdMap {
  std::uint32_t inside = 0, outside = 0, count = 0;
  friend bool operator==(const IdMap&, const IdMap&) = default;
};

// The text of uid_map or gid_map.
std::string format_id_map(const std::vector<IdMap>& map);
// What id `inside` is called outside.
std::optional<std::uint32_t> map_out(const std::vector<IdMap>& map, std::uint32_t inside);
// To be called once, from a process privileged in the parent namespace.
Result<> write_id_maps(pid_t pid, const std::vector<IdMap>& uids, const std::vector<IdMap>& gids);

}  // namespace hexad::ns
