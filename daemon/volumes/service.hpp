// Named and anonymous volumes of the `local` driver. Blocking. Docker's texts in errors.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/filters.hpp"
#include "api/types/volume.hpp"
#include "daemon/db/database.hpp"
#include "daemon/paths.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::volumes {

// The containers feature tells who uses a volume.
class Users {
 public:
  virtual ~Users() = default;
  [[nodiscard]] virtual std::vector<std::string> containers_using_volume(std::string_view name) const = 0;
};

class Service {
 public:
  static Result<std::unique_ptr<Service>> start(db::Database& database, const Paths& paths);
  virtual ~Service() = default;
  virtual void set_users(const Users* users) = 0;

  // An existing one of the same driver and options is returned. Empty name: 64 random hex digits,
  // anonymous (label com.docker.volume.anonymous).
  virtual Result<api::Volume> create(const api::VolumeCreate& request) = 0;
  [[nodiscard]] virtual Result<api::Volume> inspect(std::string_view name) const = 0;  // 404 "get x: no such volume"
  [[nodiscard]] virtual Result<std::vector<api::Volume>> list(const api::Filters& filters) const = 0;
  virtual Result<> remove(std::string_view name, bool force) = 0;  // 409 "remove x: volume is in use - [ids]"
  virtual Result<api::VolumePrune> prune(const api::Filters& filters) = 0;
};

}  // namespace hexad::volumes
