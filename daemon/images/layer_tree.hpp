// The directory that a layer is unpacked into, seen as a root: every path of an archive is
// resolved inside it by the kernel (openat2 with RESOLVE_IN_ROOT), its last component never
// followed. Neither "..", an absolute path nor a link of the archive leads out of it.
// Nobody else writes to the directory meanwhile.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::images {

// "./a//b/../c/" as "a/c", "" for the root itself. invalid_argument when it leads above the root,
// by name alone: links are not looked at.
Result<std::string> clean_path(std::string_view path);
// The directory part and the last component of a clean path.
std::pair<std::string_view, std::string_view> split_path(std::string_view clean);

// One name in one directory of the tree.
struct Spot {
  int parent = -1;  // O_PATH, belongs to the tree, valid until its next call
  std::string name;
  // For the calls that have no *at form: /proc/self/fd/PARENT/name.
  [[nodiscard]] std::string proc_path() const;
};

class LayerTree {
 public:
  explicit LayerTree(int root) : root_(root) {}

  // Where `clean` would be; missing directories above it are made, 0755 root:root.
  Result<Spot> spot(std::string_view clean);
  // The same for something that must be there: not_found otherwise.
  Result<Spot> existing(std::string_view clean);
  // lstat; nothing when it is not there.
  static Result<std::optional<struct stat>> look(const Spot& spot);
  // Removes what is there, with all below it.
  Result<> clear(const Spot& spot, const struct stat& there);

 private:
  Result<int> directory(std::string_view clean, bool make);

  int root_;
  // Directories in use, by path. Forgotten as soon as a directory or a link goes away.
  std::unordered_map<std::string, UniqueFd> open_;
};

}  // namespace hexad::images
