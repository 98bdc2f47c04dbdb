#include "daemon/app/shim_program.hpp"

#include <array>
#include <filesystem>

#include "libcontainer/base/io.hpp"

namespace hexad::app {

Result<std::string> shim_path() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail(Code::internal, "read /proc/self/exe: {}", error.message());
  const auto folder = self.parent_path();
  for (const auto& at : std::array{folder / "hexad-shim", folder / "../libexec/hexad/hexad-shim"}) {
    if (path_exists(at.string())) return at.lexically_normal().string();
  }
  return fail(Code::internal, "hexad-shim is neither in {} nor in ../libexec/hexad",
              folder.string());
}

Result<UniqueFd> load_shim() {
  const auto bytes = TRY(read_file(TRY(shim_path())));
  return sealed_memfd("hexad-shim", bytes, true);
}

}  // namespace hexad::app
