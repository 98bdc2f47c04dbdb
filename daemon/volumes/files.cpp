#include "daemon/volumes/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::volumes {
namespace {

namespace fs = std::filesystem;
constexpr mode_t kOuterMode = 0701;  // a remapped user passes through, and sees nothing else
constexpr mode_t kDataMode = 0755;

std::string trash_prefix(std::string_view name) { return fmt::format("volume-{}.", name); }

// The umask of the daemon does not count.
Result<> make_exact(const std::string& path, mode_t mode, Owner owner) {
  if (::mkdir(path.c_str(), mode) != 0) {
    if (errno == EEXIST) return {};
    return sys_fail("mkdir {}", path);
  }
  if (::chmod(path.c_str(), mode) != 0) return sys_fail("chmod {}", path);
  if ((owner.uid != 0 || owner.gid != 0) && ::chown(path.c_str(), owner.uid, owner.gid) != 0) {
    return sys_fail("chown {}", path);
  }
  return {};
}

}  // namespace

Result<> Files::prepare() const {
  TRY(make_dirs(paths_.volumes(), kOuterMode));
  TRY(make_dirs(paths_.trash(), 0700));
  return {};
}

std::string Files::directory(std::string_view name) const {
  return fmt::format("{}/{}", paths_.volumes(), name);
}

Result<> Files::make(std::string_view name) const {
  TRY(make_exact(directory(name), kOuterMode, {}));
  return make_exact(data(name), kDataMode, owner_);
}

Result<std::string> Files::discard(std::string_view name) const {
  const auto target = fmt::format("{}/{}{}", paths_.trash(), trash_prefix(name), random_hex(4));
  if (::rename(directory(name).c_str(), target.c_str()) == 0) return target;
  if (errno == ENOENT) return std::string{};
  return sys_fail("rename {} into the trash", directory(name));
}

bool Files::discarded(std::string_view name) const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(paths_.trash(), ignored)) {
    if (entry.path().filename().string().starts_with(trash_prefix(name))) return true;
  }
  return false;
}

std::vector<std::string> Files::names() const {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(paths_.volumes(), ignored)) {
    if (entry.is_directory(ignored)) out.push_back(entry.path().filename().string());
  }
  return out;
}

bool Files::empty(std::string_view name) const {
  std::error_code ignored;
  return !path_exists(data(name)) || fs::is_empty(data(name), ignored);
}

std::uint64_t tree_size(const std::string& path) {
  std::uint64_t sum = 0;
  std::set<std::pair<dev_t, ino_t>> seen;
  std::error_code failed;
  auto it =
      fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
    struct stat st {};
    if (::lstat(it->path().c_str(), &st) != 0 || !S_ISREG(st.st_mode)) continue;
    if (st.st_nlink > 1 && !seen.emplace(st.st_dev, st.st_ino).second) continue;
    sum += static_cast<std::uint64_t>(st.st_size);
  }
  return sum;
}

}  // namespace hexad::volumes
