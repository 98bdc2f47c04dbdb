// Images: load, import, list, inspect, tag, remove, and what a container needs to run one.
// Blocking; load and import on the bulk pool. Docker's texts in errors.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/types/image.hpp"
#include "daemon/db/database.hpp"
#include "daemon/paths.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::images {

// What a container needs of its image.
struct Runnable {
  std::string id;  // "sha256:..."
  api::ImageConfig config;           // Cmd, Entrypoint, Env, User, ... as in the image
  std::vector<std::string> layers;   // directories, topmost first (overlay lowerdir order)
  std::string architecture, os;
};

// What the containers feature tells us (a back-call: images know nothing of containers).
class Users {
 public:
  virtual ~Users() = default;
  struct Use {
    std::string container_id;
    bool running = false;
  };
  [[nodiscard]] virtual std::vector<Use> users_of(std::string_view image_id) const = 0;
};

// Where a long operation reports. Each call is one line of the answer, already JSON.
using Progress = std::function<Result<>(std::string_view json_line)>;
// Blocking source of an archive's bytes: 0 at the end.
using Source = std::function<Result<std::size_t>(char* into, std::size_t size)>;

class Service {
 public:
  static Result<std::unique_ptr<Service>> start(db::Database& database, const Paths& paths);
  virtual ~Service() = default;
  virtual void set_users(const Users* users) = 0;

  // By name[:tag], name@digest, id or id prefix. 404 "No such image: x:latest".
  [[nodiscard]] virtual Result<Runnable> resolve(std::string_view reference) const = 0;
  [[nodiscard]] virtual Result<std::vector<api::ImageSummary>> list(const api::ImageListQuery& query) const = 0;
  [[nodiscard]] virtual Result<api::ImageInspect> inspect(std::string_view reference) const = 0;
  // docker save archives and OCI layouts, plain, gzip, zstd, xz. Nothing stays behind on failure.
  virtual Result<> load(const Source& source, bool quiet, const Progress& progress) = 0;
  // A plain root file system. `changes` are Dockerfile lines. Returns the image id.
  virtual Result<std::string> import(const Source& source, std::string_view repository, std::string_view tag,
                                     std::string_view message, const std::vector<std::string>& changes) = 0;
  virtual Result<> tag(std::string_view reference, std::string_view repository, std::string_view tag) = 0;
  virtual Result<std::vector<api::ImageDeleteItem>> remove(std::string_view reference, bool force, bool no_prune) = 0;
  [[nodiscard]] virtual std::size_t count() const = 0;
};

}  // namespace hexad::images
