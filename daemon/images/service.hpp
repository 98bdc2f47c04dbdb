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
  std::string id;                   // "sha256:..."
  api::ImageConfig config;          // Cmd, Entrypoint, Env, User, ... as in the image
  std::vector<std::string> layers;  // directories, topmost first (overlay lowerdir order)
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
// Takes the bytes of an answer; blocks while the client is slow.
using Sink = std::function<Result<>(std::string_view bytes)>;

struct ImportOptions {
  std::string repository, tag;  // repository may carry the tag; both empty: the image gets no name
  std::string message;          // empty: "Imported from -"
  std::vector<std::string> changes;  // Dockerfile lines
  std::string platform;              // os[/architecture[/variant]]; empty: this machine's
};

// One line of an image's history, the newest first.
struct HistoryItem {
  std::string id;            // "<missing>" for all but the image itself
  std::int64_t created = 0;  // ns
  std::string created_by, comment;
  std::vector<std::string> tags;
  std::int64_t size = 0;
};

struct Pruned {
  std::vector<api::ImageDeleteItem> items;
  std::int64_t reclaimed = 0;  // bytes
};

class Service {
 public:
  // Folders of DATA are made where they are missing; what an earlier run left half done is
  // removed, and layers that a power cut may have damaged are unpacked again. May take as long as
  // that needs. `database` must be migrated and outlive the service.
  static Result<std::unique_ptr<Service>> start(db::Database& database, const Paths& paths);
  virtual ~Service() = default;
  // Once the containers are known, and before requests are served. `users` is asked from any
  // thread, with no lock of this service held that resolve() or inspect() would need.
  virtual void set_users(const Users* users) = 0;

  // By name[:tag], id or id prefix. 404 "No such image: x:latest". Microseconds. By its full id
  // (sha256:...) an image is found for as long as a container uses it, also when it was removed
  // by force meanwhile.
  [[nodiscard]] virtual Result<Runnable> resolve(std::string_view reference) const = 0;
  [[nodiscard]] virtual Result<std::vector<api::ImageSummary>> list(
      const api::ImageListQuery& query) const = 0;
  [[nodiscard]] virtual Result<api::ImageInspect> inspect(std::string_view reference) const = 0;
  // docker save archives and OCI layouts, plain, gzip, zstd, xz. Nothing stays behind on failure.
  virtual Result<> load(const Source& source, bool quiet, const Progress& progress) = 0;
  // A plain root file system, compressed or not. Returns the image id.
  virtual Result<std::string> import(const Source& source, const ImportOptions& options) = 0;
  // Writes an archive that load() here and `docker load` take: blobs as they came, OCI layout and
  // manifest.json. Nothing has been written when a name is unknown (404).
  virtual Result<> save(const std::vector<std::string>& references, const Sink& sink) const = 0;
  virtual Result<> tag(std::string_view reference, std::string_view repository,
                       std::string_view tag) = 0;
  virtual Result<std::vector<api::ImageDeleteItem>> remove(std::string_view reference, bool force,
                                                           bool no_prune) = 0;
  // Filters dangling (default true), until, label, label!.
  virtual Result<Pruned> prune(const api::Filters& filters) = 0;
  [[nodiscard]] virtual Result<std::vector<HistoryItem>> history(
      std::string_view reference) const = 0;
  [[nodiscard]] virtual std::size_t count() const = 0;
};

}  // namespace hexad::images
