#include "daemon/images/trash.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {

constexpr std::string_view kOurs = "image-";

void empty(const Paths& paths, std::string_view prefix) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(paths.trash(), error)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    if (const auto r = remove_tree(entry.path().string()); !r)
      log::warn("cannot empty the trash: {}", r.error().message);
  }
}

}  // namespace

bool move_to_trash(const Paths& paths, const std::string& path) {
  const auto to = paths.trash() + "/" + std::string(kOurs) + random_hex(8);
  if (::rename(path.c_str(), to.c_str()) == 0) return true;
  if (errno == ENOENT) return true;
  log::warn("cannot move {} to the trash: {}", path, sys_error(errno, "rename").message);
  return false;
}

void empty_image_trash(const Paths& paths) { empty(paths, kOurs); }
void empty_trash(const Paths& paths) { empty(paths, ""); }

}  // namespace hexad::images
