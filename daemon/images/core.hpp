// What all operations of the image store share: the catalog and how it changes together with
// the database and the folders, and the thread that does what nobody waits for (emptying our
// part of the trash, syncing new layers, letting go of removed images that containers held).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "daemon/images/catalog.hpp"
#include "daemon/images/store.hpp"

namespace hexad::images {

// A layer unpacked in a staging folder, its blob beside it.
struct NewLayer {
  Layer row;
  std::string directory, blob_path;
};

// What an operation adds, all or nothing.
struct Batch {
  std::vector<NewLayer> layers;
  std::vector<Image> images;
  std::vector<std::pair<TagName, std::string>> tags;  // -> image id
};
struct Moved {  // a name that led to another image before
  TagName name;
  std::string old_id;
};

class Core {
 public:
  Core(db::Database& database, const Paths& paths, std::string boot, Catalog catalog);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  [[nodiscard]] const Paths& paths() const { return paths_; }
  [[nodiscard]] const std::string& boot() const { return boot_; }
  [[nodiscard]] std::shared_ptr<const Catalog> catalog() const;
  [[nodiscard]] const Users* users() const { return users_; }
  void set_users(const Users* users) { users_ = users; }

  Result<std::vector<Moved>> commit(Batch batch);
  // Runs `work` on a copy of the catalog inside a transaction; the copy takes effect when both
  // succeed. Layers without an image go with it. Only one change at a time.
  Result<> change(const std::function<Result<>(Catalog&, Store&)>& work);

  // Layers named here stay until the pin is gone, whoever removes their images meanwhile.
  class Pin {
   public:
    Pin(Core& core, std::vector<std::string> diff_ids);
    ~Pin();
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    [[nodiscard]] bool has(const std::string& diff_id) const { return present_.contains(diff_id); }

   private:
    Core& core_;
    std::vector<std::string> diff_ids_;
    std::set<std::string> present_;
  };

  void discard(const std::string& path);  // into the trash, soon gone
  // Lets go of detached images that no container uses any more.
  Result<> collect_detached();
  void start_background();

 private:
  Result<> place(const Batch& batch, std::vector<std::string>& placed);
  Result<> change_locked(const std::function<Result<>(Catalog&, Store&)>& work);
  Result<> drop_unused(Catalog& catalog, std::vector<Layer>& dropped);
  void background();
  void sync_layers();

  Store store_;
  Paths paths_;
  std::string boot_;
  std::atomic<const Users*> users_{nullptr};

  mutable std::mutex catalog_mutex_;  // only for the pointer
  std::shared_ptr<const Catalog> catalog_;
  std::mutex change_mutex_;
  std::map<std::string, unsigned> pins_;  // under change_mutex_

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, trash_full_ = true, changed_ = false;
  std::optional<std::chrono::steady_clock::time_point> sync_at_;
  std::thread thread_;
};

}  // namespace hexad::images
