#include "libcontainer/shim/exitfile.hpp"

#include <limits>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::shim {

std::string format_exit(const Exit& exit) {
  return fmt::format("1 {} {} {}\n", exit.code, exit.oom_killed ? 1 : 0, exit.finished_at);
}

std::optional<Exit> parse_exit(std::string_view text) {
  const auto parts = split(trim(text), ' ');
  if (parts.size() < 4 || parts[0] != "1") return std::nullopt;
  const auto code = parse_int(parts[1]), oom = parse_int(parts[2]), at = parse_int(parts[3]);
  if (!code || !oom || !at || *code < 0 || *code > std::numeric_limits<std::uint8_t>::max())
    return std::nullopt;
  return Exit{static_cast<std::int32_t>(*code), *oom != 0, *at};
}

Result<> write_exit_file(int exec_dir, const Exit& exit) {
  auto fd = TRY(open_at(exec_dir, "exit.tmp", O_WRONLY | O_CREAT | O_TRUNC, 0600));
  TRY(write_all(fd.get(), format_exit(exit)));
  if (::renameat(exec_dir, "exit.tmp", exec_dir, kExitFile) != 0) return sys_fail("rename exit");
  return {};
}

}  // namespace hexad::shim
