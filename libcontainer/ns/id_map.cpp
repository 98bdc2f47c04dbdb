#include "libcontainer/ns/id_map.hpp"

#include "libcontainer/base/io.hpp"

namespace hexad::ns {

std::string format_id_map(const std::vector<IdMap>& map) {
  std::string text;
  for (const auto& m : map) text += fmt::format("{} {} {}\n", m.inside, m.outside, m.count);
  return text;
}

std::optional<std::uint32_t> map_out(const std::vector<IdMap>& map, std::uint32_t inside) {
  for (const auto& m : map) {
    if (inside >= m.inside && inside - m.inside < m.count) return m.outside + (inside - m.inside);
  }
  return std::nullopt;
}

Result<> write_id_maps(pid_t pid, const std::vector<IdMap>& uids, const std::vector<IdMap>& gids) {
  TRY(write_existing(fmt::format("/proc/{}/uid_map", pid), format_id_map(uids)));
  return write_existing(fmt::format("/proc/{}/gid_map", pid), format_id_map(gids));
}

}  // namespace hexad::ns
