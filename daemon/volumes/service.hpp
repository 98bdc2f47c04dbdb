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
  [[nodiscard]] virtual std::vector<std::string> containers_using_volume(
      std::string_view name) const = 0;
};

// Who owns new volumes' files: the remapped root, where users are remapped.
struct Owner {
  unsigned uid = 0, gid = 0;
};

class Service {
 public:
  static Result<std::unique_ptr<Service>> start(db::Database& database, const Paths& paths,
                                                Owner owner = {});
  virtual ~Service() = default;
  virtual void set_users(const Users* users) = 0;

  // An existing one of the same driver and options is returned. Empty name: 64 random hex digits,
  // anonymous (label com.docker.volume.anonymous).
  // Drivers other than `local` are 404, its mount options 501. A prune leaves a new volume alone
  // for a minute, so that it does not go before its container is known; settle() ends that.
  virtual Result<api::Volume> create(const api::VolumeCreate& request) = 0;
  virtual void settle(std::string_view name) = 0;
  [[nodiscard]] virtual Result<api::Volume> inspect(
      std::string_view name) const = 0;  // 404 "get x: no such volume"
  [[nodiscard]] virtual Result<std::vector<api::Volume>> list(
      const api::Filters& filters) const = 0;
  // force: a volume that does not exist is no error.
  virtual Result<> remove(std::string_view name,
                          bool force) = 0;  // 409 "remove x: volume is in use - [ids]"
  // Unused anonymous volumes; the filter all=1 takes named ones too.
  virtual Result<api::VolumePrune> prune(const api::Filters& filters) = 0;
};

}  // namespace hexad::volumes
