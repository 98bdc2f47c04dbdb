// The directories of volumes: VOLUMES/<name> (0701) and its _data (0755), as Docker makes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paths.hpp"
#include "daemon/volumes/service.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::volumes {

class Files {
 public:
  Files(Paths paths, Owner owner) : paths_(std::move(paths)), owner_(owner) {}
  Result<> prepare() const;  // VOLUMES and the trash

  [[nodiscard]] std::string directory(std::string_view name) const;
  [[nodiscard]] std::string data(std::string_view name) const { return directory(name) + "/_data"; }
  // Existing directories stay as they are.
  Result<> make(std::string_view name) const;
  // Renames the volume into the trash and returns where it is now; "" when it was not there.
  Result<std::string> discard(std::string_view name) const;
  // The trash holds (or held, unless it was emptied) this volume: its removal had begun.
  [[nodiscard]] bool discarded(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool empty(std::string_view name) const;

 private:
  Paths paths_;
  Owner owner_;
};

// Bytes of the files in a tree, each inode once.
std::uint64_t tree_size(const std::string& path);

}  // namespace hexad::volumes
