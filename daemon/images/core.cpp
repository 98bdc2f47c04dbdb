#include "daemon/images/core.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "daemon/images/trash.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/base/undo.hpp"

namespace hexad::images {

namespace {
// Long enough for an image that is loaded and removed again never to reach the disk.
constexpr auto kSyncDelay = std::chrono::seconds(5);
constexpr auto kDetachedInterval = std::chrono::seconds(30);

Result<> move(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return sys_fail("rename {} to {}", from, to);
  return {};
}
}  // namespace

Core::Core(db::Database& database, const Paths& paths, std::string boot, Catalog catalog)
    : store_(database),
      paths_(paths),
      boot_(std::move(boot)),
      catalog_(std::make_shared<const Catalog>(std::move(catalog))) {}

Core::~Core() {
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const Catalog> Core::catalog() const {
  const std::lock_guard lock(catalog_mutex_);
  return catalog_;
}

Result<> Core::drop_unused(Catalog& catalog, std::vector<Layer>& dropped) {
  std::set<std::string, std::less<>> used;
  for (const auto& [id, image] : catalog.images)
    used.insert(image->file.diff_ids.begin(), image->file.diff_ids.end());
  for (auto it = catalog.layers.begin(); it != catalog.layers.end();) {
    if (used.contains(it->first) || pins_.contains(it->first)) {
      ++it;
      continue;
    }
    TRY(store_.delete_layer(it->first));
    dropped.push_back(std::move(it->second));
    it = catalog.layers.erase(it);
  }
  return {};
}

Result<> Core::change_locked(const std::function<Result<>(Catalog&, Store&)>& work) {
  const auto before = catalog();
  auto after = std::make_shared<Catalog>(*before);
  std::vector<Layer> dropped;
  TRY(store_.change([&]() -> Result<> {
    TRY(work(*after, store_));
    return drop_unused(*after, dropped);
  }));
  {
    const std::lock_guard lock(catalog_mutex_);
    catalog_ = after;
  }
  // Rows first, files second: what a crash leaves in between has no row and goes at the next start.
  for (const auto& layer : dropped) {
    discard(paths_.layers() + "/" + layer.diff_id);
    discard(paths_.blobs() + "/" + layer.blob);
  }
  for (const auto& [id, image] : before->images) {
    if (!after->images.contains(id)) discard(paths_.blobs() + "/" + id);
  }
  const std::lock_guard lock(wake_mutex_);
  changed_ = true;
  wake_.notify_all();
  return {};
}

Result<> Core::change(const std::function<Result<>(Catalog&, Store&)>& work) {
  const std::lock_guard lock(change_mutex_);
  return change_locked(work);
}

// Files first, rows second, for the same reason.
Result<> Core::place(const Batch& batch, std::vector<std::string>& placed) {
  const auto now = catalog();
  const auto put = [&](const std::string& from, const std::string& to) -> Result<> {
    if (path_exists(to)) discard(to);  // without a row: left behind by a crash
    TRY(move(from, to));
    placed.push_back(to);
    return {};
  };
  for (const auto& layer : batch.layers) {
    if (now->layers.contains(layer.row.diff_id)) continue;  // somebody else was faster
    TRY(put(layer.directory, paths_.layers() + "/" + layer.row.diff_id));
    TRY(put(layer.blob_path, paths_.blobs() + "/" + layer.row.blob));
  }
  for (const auto& image : batch.images) {
    const auto path = paths_.blobs() + "/" + image.id;
    if (now->images.contains(image.id)) continue;
    TRY(write_file_atomic(path, image.config, 0600));
    placed.push_back(path);
  }
  return {};
}

Result<std::vector<Moved>> Core::commit(Batch batch) {
  const std::lock_guard lock(change_mutex_);
  std::vector<std::string> placed;
  UndoList undo;
  undo.push([&] {
    for (const auto& path : placed) discard(path);
  });
  TRY(place(batch, placed));
  std::vector<Moved> moved;
  const auto when = now_ns();
  TRY(change_locked([&](Catalog& catalog, Store& store) -> Result<> {
    moved.clear();
    for (const auto& layer : batch.layers) {
      if (!catalog.layers.emplace(layer.row.diff_id, layer.row).second) continue;
      TRY(store.insert_layer(layer.row));
    }
    for (const auto& image : batch.images) {
      const auto found = catalog.images.find(image.id);
      if (found == catalog.images.end()) {
        TRY(store.insert_image(image));
        catalog.add(image, paths_);
      } else if (found->second->detached ||
                 (!image.parent.empty() && image.parent != found->second->parent)) {
        Image again = *found->second;
        again.detached = false;
        if (!image.parent.empty()) again.parent = image.parent;
        TRY(store.attach_image(again.id));
        TRY(store.set_parent(again.id, again.parent));
        catalog.add(std::move(again), paths_);
      }
    }
    for (const auto& [name, id] : batch.tags) {
      TRY(store.set_tag(name, id, when));
      auto [at, fresh] = catalog.tags.try_emplace(name, id);
      if (!fresh && at->second != id) {
        moved.push_back({name, at->second});
        at->second = id;
      }
      Image tagged = *catalog.images.at(id);
      tagged.last_tagged = when;
      catalog.add(std::move(tagged), paths_);
    }
    return {};
  }));
  undo.dismiss();
  if (!batch.layers.empty()) {
    const std::lock_guard wake_lock(wake_mutex_);
    sync_at_ = std::chrono::steady_clock::now() + kSyncDelay;
    wake_.notify_all();
  }
  return moved;
}

Core::Pin::Pin(Core& core, std::vector<std::string> diff_ids)
    : core_(core), diff_ids_(std::move(diff_ids)) {
  const std::lock_guard lock(core_.change_mutex_);
  const auto now = core_.catalog();
  for (const auto& id : diff_ids_) {
    ++core_.pins_[id];
    if (now->layers.contains(id)) present_.insert(id);
  }
}

Core::Pin::~Pin() {
  const std::lock_guard lock(core_.change_mutex_);
  const auto now = core_.catalog();
  bool orphan = false;
  for (const auto& id : diff_ids_) {
    const auto pin = core_.pins_.find(id);
    if (--pin->second != 0) continue;
    core_.pins_.erase(pin);
    orphan = orphan || (now->layers.contains(id) && now->uses(id) == 0);
  }
  if (!orphan) return;
  if (const auto r = core_.change_locked([](Catalog&, Store&) -> Result<> { return {}; }); !r)
    log::warn("cannot remove unused layers: {}", r.error().message);
}

void Core::discard(const std::string& path) {
  if (!move_to_trash(paths_, path)) return;
  const std::lock_guard lock(wake_mutex_);
  trash_full_ = true;
  wake_.notify_all();
}

Result<> Core::collect_detached() {
  const auto* users = users_.load();
  if (users == nullptr) return {};
  std::vector<std::string> free;
  const auto now = catalog();
  for (const auto& [id, image] : now->images) {
    if (image->detached && users->users_of("sha256:" + id).empty()) free.push_back(id);
  }
  if (free.empty()) return {};
  return change([&](Catalog& catalog, Store& store) -> Result<> {
    for (const auto& id : free) {
      const auto found = catalog.images.find(id);
      if (found == catalog.images.end() || !found->second->detached) continue;
      TRY(store.delete_image(id));
      catalog.images.erase(found);
    }
    return {};
  });
}

void Core::start_background() {
  const auto now = catalog();
  if (std::any_of(now->layers.begin(), now->layers.end(),
                  [](const auto& l) { return !l.second.unsynced.empty(); }))
    sync_at_ = std::chrono::steady_clock::now() + kSyncDelay;
  thread_ = std::thread([this] { background(); });
}

void Core::background() {
  ::pthread_setname_np(::pthread_self(), "images");
  std::unique_lock lock(wake_mutex_);
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    if (trash_full_) {
      trash_full_ = false;
      lock.unlock();
      empty_image_trash(paths_);
      lock.lock();
      continue;
    }
    if (sync_at_ && *sync_at_ <= now) {
      sync_at_.reset();
      lock.unlock();
      sync_layers();
      lock.lock();
      continue;
    }
    changed_ = false;
    const auto images = catalog();
    const bool detached = std::any_of(images->images.begin(), images->images.end(),
                                      [](const auto& i) { return i.second->detached; });
    // Without anything to come back to, this thread sleeps until it is called.
    if (!sync_at_ && !detached) {
      wake_.wait(lock, [this] { return stopping_ || trash_full_ || changed_ || sync_at_; });
      continue;
    }
    const auto until = sync_at_ ? *sync_at_ : now + kDetachedInterval;
    if (wake_.wait_until(lock, until) == std::cv_status::timeout && detached) {
      lock.unlock();
      if (const auto r = collect_detached(); !r)
        log::warn("removing detached images: {}", r.error().message);
      lock.lock();
    }
  }
}

void Core::sync_layers() {
  std::vector<std::string> written;
  const auto now = catalog();
  for (const auto& [id, layer] : now->layers) {
    if (!layer.unsynced.empty()) written.push_back(id);
  }
  if (written.empty()) return;
  const UniqueFd data(::open(paths_.data.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!data || ::syncfs(data.get()) != 0) {
    log::error("cannot sync {}: {}", paths_.data, sys_error(errno, "syncfs").message);
    return;
  }
  const auto done = change([&](Catalog& catalog, Store& store) -> Result<> {
    for (const auto& id : written) {
      const auto found = catalog.layers.find(id);
      if (found == catalog.layers.end()) continue;
      found->second.unsynced.clear();
      TRY(store.set_unsynced(id, ""));
    }
    return {};
  });
  if (!done) log::warn("layers stay marked as not synced: {}", done.error().message);
}

}  // namespace hexad::images
