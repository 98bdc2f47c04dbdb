#include "daemon/images/layer_tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {
constexpr std::size_t kOpenDirectories = 100;  // of the 1024 descriptors a process may have
}

Result<std::string> clean_path(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return fail(Code::invalid_argument, "\"{}\" is outside of the archive's root", path);
    } else {
      parts.pop_back();
    }
  }
  std::string clean;
  for (const auto part : parts) {
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  return clean;
}

std::pair<std::string_view, std::string_view> split_path(std::string_view clean) {
  const auto slash = clean.rfind('/');
  if (slash == std::string_view::npos) return {std::string_view(), clean};
  return {clean.substr(0, slash), clean.substr(slash + 1)};
}

std::string Spot::proc_path() const { return fmt::format("/proc/self/fd/{}/{}", parent, name); }

Result<int> LayerTree::directory(std::string_view clean, bool make) {
  if (clean.empty()) return root_;
  std::string path(clean);
  if (const auto found = open_.find(path); found != open_.end()) return found->second.get();
  auto fd =
      make ? mkdirs_in_root(root_, path, 0755) : open_in_root(root_, path, O_PATH | O_DIRECTORY);
  if (!fd) return pass(std::move(fd).error());
  if (open_.size() >= kOpenDirectories) open_.clear();
  return open_.emplace(std::move(path), std::move(*fd)).first->second.get();
}

Result<Spot> LayerTree::spot(std::string_view clean) {
  const auto [above, name] = split_path(clean);
  return Spot{TRY(directory(above, true)), std::string(name)};
}

Result<Spot> LayerTree::existing(std::string_view clean) {
  const auto [above, name] = split_path(clean);
  auto parent = directory(above, false);
  if (!parent) {
    auto error = std::move(parent).error();
    if (error.sys_errno == ENOENT || error.sys_errno == ENOTDIR) error.code = Code::not_found;
    return pass(std::move(error));
  }
  Spot spot{*parent, std::string(name)};
  if (!TRY(look(spot))) return fail(Code::not_found, "{}: no such file in this layer", clean);
  return spot;
}

Result<std::optional<struct stat>> LayerTree::look(const Spot& spot) {
  struct stat st {};
  if (::fstatat(spot.parent, spot.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) return st;
  if (errno == ENOENT) return std::nullopt;
  return sys_fail("stat {}", spot.name);
}

Result<> LayerTree::clear(const Spot& spot, const struct stat& there) {
  if (S_ISDIR(there.st_mode)) {
    TRY(remove_tree(spot.proc_path()));
  } else if (::unlinkat(spot.parent, spot.name.c_str(), 0) != 0) {
    return sys_fail("remove {}", spot.name);
  }
  // A path through it may lead elsewhere from now on; the spot's own directory does not.
  if (S_ISDIR(there.st_mode) || S_ISLNK(there.st_mode)) {
    for (auto it = open_.begin(); it != open_.end();) {
      it = it->second.get() == spot.parent ? std::next(it) : open_.erase(it);
    }
  }
  return {};
}

}  // namespace hexad::images
