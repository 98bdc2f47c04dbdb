#include "daemon/images/service.hpp"

#include <algorithm>

#include "daemon/images/core.hpp"
#include "daemon/images/import.hpp"
#include "daemon/images/load.hpp"
#include "daemon/images/query.hpp"
#include "daemon/images/recovery.hpp"
#include "daemon/images/remove.hpp"
#include "daemon/images/save.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/pidfd.hpp"

namespace hexad::images {

namespace {

class Images : public Service {
 public:
  Images(db::Database& database, const Paths& paths, std::string boot, Catalog catalog)
      : core_(database, paths, std::move(boot), std::move(catalog)) {
    core_.start_background();
  }

  void set_users(const Users* users) override {
    core_.set_users(users);
    if (const auto r = core_.collect_detached(); !r)
      log::warn("removing detached images: {}", r.error().message);
  }

  Result<Runnable> resolve(std::string_view reference) const override {
    return TRY(core_.catalog()->find(reference))->runnable;
  }

  Result<std::vector<api::ImageSummary>> list(const api::ImageListQuery& query) const override {
    return list_images(*core_.catalog(), query, core_.users());
  }

  Result<api::ImageInspect> inspect(std::string_view reference) const override {
    const auto catalog = core_.catalog();
    return inspect_image(*catalog, *TRY(visible(*catalog, reference)), core_.paths());
  }

  Result<std::vector<HistoryItem>> history(std::string_view reference) const override {
    const auto catalog = core_.catalog();
    return history_of(*catalog, *TRY(visible(*catalog, reference)));
  }

  Result<> load(const Source& source, bool quiet, const Progress& progress) override {
    return load_images(core_, source, quiet, progress);
  }

  Result<std::string> import(const Source& source, const ImportOptions& options) override {
    return import_image(core_, source, options);
  }

  Result<> save(const std::vector<std::string>& references, const Sink& sink) const override {
    return save_images(core_, references, sink);
  }

  Result<> tag(std::string_view reference, std::string_view repository,
               std::string_view tag) override {
    const auto name = TRY(parse_tag_name(repository, tag));
    Batch batch;
    batch.tags.emplace_back(name, TRY(visible(*core_.catalog(), reference))->id);
    TRY(core_.commit(std::move(batch)));
    return {};
  }

  Result<std::vector<api::ImageDeleteItem>> remove(std::string_view reference, bool force,
                                                   bool no_prune) override {
    return remove_image(core_, reference, force, no_prune);
  }

  Result<Pruned> prune(const api::Filters& filters) override {
    return prune_images(core_, filters);
  }

  std::size_t count() const override {
    const auto catalog = core_.catalog();
    return static_cast<std::size_t>(
        std::count_if(catalog->images.begin(), catalog->images.end(),
                      [](const auto& i) { return !i.second->detached; }));
  }

 private:
  static Result<ImagePtr> visible(const Catalog& catalog, std::string_view reference) {
    auto image = TRY(catalog.find(reference));
    if (image->detached) return fail(Code::not_found, "No such image: {}", reference);
    return image;
  }

  mutable Core core_;  // reading pins layers
};

}  // namespace

Result<std::unique_ptr<Service>> Service::start(db::Database& database, const Paths& paths) {
  auto boot = TRY(boot_id());
  Store store(database);
  auto catalog = TRY(store.load(paths));
  TRY(recover(paths, boot, store, catalog));
  return std::make_unique<Images>(database, paths, std::move(boot), std::move(catalog));
}

}  // namespace hexad::images
