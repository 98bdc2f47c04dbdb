// The table of volumes; nobody else's SQL touches it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/types/volume.hpp"
#include "daemon/db/database.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::volumes {

// Rows come back without a mountpoint, which the service knows.
class Store {
 public:
  explicit Store(db::Database& database) : database_(database) {}
  Result<> add(const api::Volume& volume);
  [[nodiscard]] Result<std::optional<api::Volume>> find(std::string_view name) const;
  [[nodiscard]] Result<std::vector<api::Volume>> all() const;  // by name
  Result<> erase(std::string_view name);

 private:
  db::Database& database_;
};

}  // namespace hexad::volumes
