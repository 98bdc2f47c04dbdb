// The service: rules and texts on top of the table and the directories. A removal renames the
// directory away, then drops the row; a row whose directory lies in the trash is finished at start.
#include "daemon/volumes/service.hpp"

#include <mutex>

#include "api/names.hpp"
#include "daemon/volumes/files.hpp"
#include "daemon/volumes/store.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::volumes {
namespace {

constexpr const char* kAnonymousLabel = "com.docker.volume.anonymous";
constexpr std::int64_t kUnsettled = 60'000'000'000;  // ns
constexpr std::size_t kMaxName = 200;                // leaves room for the name in the trash

Result<> check_name(const std::string& name) {
  if (name.size() == 1) {
    return fail(
        Code::invalid_argument,
        "create {}: volume name is too short, names should be at least two alphanumeric characters",
        name);
  }
  if (!api::valid_name(name)) {
    return fail(
        Code::invalid_argument,
        "create {}: \"{}\" includes invalid characters for a local volume name, only "
        "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use "
        "absolute path",
        name, name);
  }
  if (name.size() > kMaxName) {
    return fail(Code::invalid_argument,
                "create {}: volume name is too long, {} characters are allowed", name, kMaxName);
  }
  return {};
}

Result<> check_driver(const api::VolumeCreate& request) {
  if (!request.driver.empty() && request.driver != "local") {
    return fail(Code::not_found,
                "create {}: error looking up volume plugin {}: plugin \"{}\" not found",
                request.name, request.driver, request.driver);
  }
  if (request.driver_opts.empty()) return {};
  for (const auto& [option, value] : request.driver_opts) {
    if (option != "type" && option != "o" && option != "device" && option != "size") {
      return fail(Code::invalid_argument, "create {}: invalid option: \"{}\"", request.name,
                  option);
    }
  }
  for (const char* needed : {"device", "type"}) {
    if (request.driver_opts.contains("size")) break;
    if (!request.driver_opts.contains(needed)) {
      return fail(Code::invalid_argument, "create {}: missing required option: \"{}\"",
                  request.name, needed);
    }
  }
  return fail(Code::not_implemented,
              "create {}: options of the local volume driver are not implemented", request.name);
}

class LocalVolumes final : public Service {
 public:
  LocalVolumes(db::Database& database, const Paths& paths, Owner owner)
      : store_(database), files_(paths, owner) {}

  Result<> recover();
  void set_users(const Users* users) override { users_ = users; }
  Result<api::Volume> create(const api::VolumeCreate& request) override;
  void settle(std::string_view name) override;
  [[nodiscard]] Result<api::Volume> inspect(std::string_view name) const override;
  [[nodiscard]] Result<std::vector<api::Volume>> list(const api::Filters& filters) const override;
  Result<> remove(std::string_view name, bool force) override;
  Result<api::VolumePrune> prune(const api::Filters& filters) override;

 private:
  [[nodiscard]] api::Volume placed(api::Volume volume) const {
    volume.mountpoint = files_.data(volume.name);
    return volume;
  }
  [[nodiscard]] std::vector<std::string> users_of(std::string_view name) const {
    return users_ == nullptr ? std::vector<std::string>{} : users_->containers_using_volume(name);
  }
  [[nodiscard]] bool settled(std::string_view name);
  // Directory and row; returns where the files lie now. Under the mutex.
  Result<std::string> discard(std::string_view name);

  Store store_;
  Files files_;
  const Users* users_ = nullptr;
  // Creation and removal one at a time. Never held while users_ is asked: it has locks of its own.
  std::mutex mutex_;
  std::map<std::string, std::int64_t, std::less<>> unsettled_;  // name -> until, ns
};

Result<> LocalVolumes::recover() {
  TRY(files_.prepare());
  std::set<std::string> known;
  for (const auto& volume : TRY(store_.all())) {
    if (!path_exists(files_.directory(volume.name)) && files_.discarded(volume.name)) {
      TRY(store_.erase(volume.name));
      continue;
    }
    if (auto made = files_.make(volume.name); !made) {
      log::warn("volume {}: {}", volume.name, made.error().message);
    }
    known.insert(volume.name);
  }
  // A directory without a row: its creation was cut short, or somebody put it there. What has
  // content is never thrown away.
  for (const auto& name : files_.names()) {
    if (known.contains(name) || !api::valid_name(name)) continue;
    if (files_.empty(name)) {
      TRY(files_.discard(name));
      continue;
    }
    api::Volume found;
    found.name = name;
    found.created_at = now_ns();
    TRY(store_.add(found));
    log::info("volume {} was found without a record and is kept", name);
  }
  return {};
}

Result<api::Volume> LocalVolumes::create(const api::VolumeCreate& request) {
  api::Volume volume;
  volume.name = request.name;
  volume.anonymous = request.name.empty();
  if (volume.anonymous) volume.name = random_hex(32);
  TRY(check_name(volume.name));
  TRY(check_driver(request));
  const std::lock_guard lock(mutex_);
  if (auto existing = TRY(store_.find(volume.name))) return placed(std::move(*existing));
  volume.labels = request.labels;
  volume.options = request.driver_opts;
  if (volume.anonymous) volume.labels[kAnonymousLabel] = "";
  volume.created_at = now_ns();
  if (auto made = files_.make(volume.name); !made) {
    return pass(std::move(made).error(), fmt::format("create {}", volume.name));
  }
  TRY(store_.add(volume));
  unsettled_[volume.name] = volume.created_at + kUnsettled;
  return placed(std::move(volume));
}

void LocalVolumes::settle(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto it = unsettled_.find(name); it != unsettled_.end()) unsettled_.erase(it);
}

bool LocalVolumes::settled(std::string_view name) {
  const auto now = now_ns();
  std::erase_if(unsettled_, [&](const auto& entry) { return entry.second < now; });
  return !unsettled_.contains(name);
}

Result<api::Volume> LocalVolumes::inspect(std::string_view name) const {
  if (auto volume = TRY(store_.find(name))) return placed(std::move(*volume));
  return fail(Code::not_found, "get {}: no such volume", name);
}

Result<std::vector<api::Volume>> LocalVolumes::list(const api::Filters& filters) const {
  TRY(filters.only({"dangling", "name", "label", "label!", "driver"}));
  const bool asks_use = filters.has("dangling");
  const bool dangling = TRY(filters.boolean("dangling", false));
  std::vector<api::Volume> out;
  for (auto& volume : TRY(store_.all())) {
    if (!filters.match("name", volume.name) || !filters.exact("driver", volume.driver)) continue;
    if (!filters.labels("label", volume.labels) || !filters.not_labels("label!", volume.labels))
      continue;
    if (asks_use && users_of(volume.name).empty() != dangling) continue;
    out.push_back(placed(std::move(volume)));
  }
  return out;
}

Result<std::string> LocalVolumes::discard(std::string_view name) {
  auto where = TRY(files_.discard(name));
  TRY(store_.erase(name));
  if (const auto it = unsettled_.find(name); it != unsettled_.end()) unsettled_.erase(it);
  return where;
}

Result<> LocalVolumes::remove(std::string_view name, bool force) {
  const auto users = users_of(name);
  std::string where;
  {
    const std::lock_guard lock(mutex_);
    if (!TRY(store_.find(name))) {
      if (force) return {};
      return fail(Code::not_found, "get {}: no such volume", name);
    }
    if (!users.empty()) {
      return fail(Code::conflict, "remove {}: volume is in use - [{}]", name, join(users, ", "));
    }
    where = TRY(discard(name));
  }
  if (where.empty()) return {};
  // The volume is gone already; what cannot be unlinked now is when the trash is emptied.
  if (auto gone = remove_tree(where); !gone) log::warn("volume {}: {}", name, gone.error().message);
  return {};
}

Result<api::VolumePrune> LocalVolumes::prune(const api::Filters& filters) {
  TRY(filters.only({"label", "label!", "all"}));
  const bool all = TRY(filters.boolean("all", false));
  api::VolumePrune out;
  for (const auto& volume : TRY(store_.all())) {
    if (!all && !volume.anonymous) continue;
    if (!filters.labels("label", volume.labels) || !filters.not_labels("label!", volume.labels))
      continue;
    if (!users_of(volume.name).empty()) continue;
    std::string where;
    {
      const std::lock_guard lock(mutex_);
      if (!settled(volume.name)) continue;
      where = TRY(discard(volume.name));
    }
    if (!where.empty()) {
      out.space_reclaimed += tree_size(where);
      if (auto gone = remove_tree(where); !gone)
        log::warn("volume {}: {}", volume.name, gone.error().message);
    }
    out.volumes_deleted.push_back(volume.name);
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Service>> Service::start(db::Database& database, const Paths& paths,
                                                Owner owner) {
  auto service = std::make_unique<LocalVolumes>(database, paths, owner);
  TRY(service->recover());
  return std::unique_ptr<Service>(std::move(service));
}

}  // namespace hexad::volumes
