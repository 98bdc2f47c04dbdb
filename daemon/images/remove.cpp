// Untag or delete: Docker's rules, in its order and words.
#include "daemon/images/remove.hpp"

#include <algorithm>

#include "api/duration.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {

std::string short_id(std::string_view id) { return std::string(id.substr(0, 12)); }

// The reference is the image's id or the beginning of it.
bool names_id(const std::string& id, std::string_view reference) {
  return ("sha256:" + id).starts_with(reference) || id.starts_with(reference);
}

class Remover {
 public:
  Remover(Catalog& catalog, Store& store, const Users* users, bool force, bool prune)
      : catalog_(catalog), store_(store), users_(users), force_(force), prune_(prune) {}

  Result<std::vector<api::ImageDeleteItem>> run(std::string_view reference) {
    const auto image = TRY(catalog_.find(reference));
    if (image->detached) return fail(Code::not_found, "No such image: {}", reference);
    const auto tags = catalog_.tags_of(image->id);
    bool untagged = false;
    if (!names_id(image->id, reference)) {
      const auto users = users_of(image->id);
      if (!force_ && tags.size() <= 1 && !users.empty()) {
        return fail(Code::conflict,
                    "conflict: unable to remove repository reference \"{}\" (must force) - "
                    "container {} is using its referenced image {}",
                    reference, short_id(users.front().container_id), short_id(image->id));
      }
      TRY(untag(TRY(parse_name(reference)).tagged()));
      if (tags.size() > 1) return items_;
      untagged = true;
    } else if (tags.size() <= 1) {
      TRY(check(*image, !force_, false));
      for (const auto& tag : tags) TRY(untag(tag));
    }
    TRY(remove(image, untagged));
    return items_;
  }

 private:
  std::vector<Users::Use> users_of(const std::string& id) const {
    return users_ == nullptr ? std::vector<Users::Use>{} : users_->users_of("sha256:" + id);
  }

  Result<> untag(const TagName& name) {
    TRY(store_.delete_tag(name));
    catalog_.tags.erase(name);
    items_.push_back({name.text(), ""});
    return {};
  }

  static tl::unexpected<Error> conflict(const Image& image, bool hard, std::string_view why) {
    return fail(Code::conflict, "conflict: unable to delete {} ({}) - {}", short_id(image.id),
                hard ? "cannot be forced" : "must be forced", why);
  }

  // What stands against deleting it. `soft`: also what force would override; `references`: of
  // these, other names too.
  Result<> check(const Image& image, bool soft, bool references) const {
    if (!catalog_.children_of(image.id).empty())
      return conflict(image, true, "image has dependent child images");
    const auto users = users_of(image.id);
    const auto running =
        std::find_if(users.begin(), users.end(), [](const Users::Use& u) { return u.running; });
    if (running != users.end())
      return conflict(image, true,
                      fmt::format("image is being used by running container {}",
                                  short_id(running->container_id)));
    if (!soft) return {};
    if (references && !catalog_.tags_of(image.id).empty())
      return conflict(image, false, "image is referenced in multiple repositories");
    if (!users.empty())
      return conflict(image, false,
                      fmt::format("image is being used by stopped container {}",
                                  short_id(users.front().container_id)));
    return {};
  }

  // `quiet`: a name was removed already, so that an image that must stay is no error.
  Result<> remove(const ImagePtr& image, bool quiet) {
    if (auto ok = check(*image, !force_, true); !ok) {
      const bool dangling = catalog_.tags_of(image->id).empty();
      if (quiet && (!dangling || !users_of(image->id).empty())) return {};
      return ok;
    }
    for (const auto& tag : catalog_.tags_of(image->id)) TRY(untag(tag));
    const auto parent = image->parent;
    TRY(erase(image));
    if (!prune_ || parent.empty()) return {};
    const auto above = catalog_.images.find(parent);
    // Parents go along as long as nothing else needs them; they are never forced.
    if (above == catalog_.images.end() || above->second->detached) return {};
    const auto next = above->second;
    if (!catalog_.tags_of(parent).empty() || !check(*next, true, true)) return {};
    return remove(next, true);
  }

  Result<> erase(const ImagePtr& image) {
    items_.push_back({"", "sha256:" + image->id});
    if (!users_of(image->id).empty()) {
      // A stopped container stands on its layers: they stay until it goes.
      TRY(store_.detach_image(image->id));
      Image detached = *image;
      detached.detached = true;
      catalog_.images[image->id] = std::make_shared<const Image>(std::move(detached));
      return {};
    }
    TRY(store_.delete_image(image->id));
    catalog_.images.erase(image->id);
    // Docker names the stacks of layers that are gone, the highest first.
    const auto chain = chain_ids(image->file.diff_ids);
    for (std::size_t i = chain.size(); i-- > 0;) {
      if (stack_in_use(image->file.diff_ids, i + 1)) break;
      items_.push_back({"", "sha256:" + chain[i]});
    }
    return {};
  }

  [[nodiscard]] bool stack_in_use(const std::vector<std::string>& ids, std::size_t height) const {
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(height);
    return std::any_of(catalog_.images.begin(), catalog_.images.end(), [&](const auto& other) {
      const auto& theirs = other.second->file.diff_ids;
      return theirs.size() >= height && std::equal(ids.begin(), end, theirs.begin());
    });
  }

  Catalog& catalog_;
  Store& store_;
  const Users* users_;
  bool force_, prune_;
  std::vector<api::ImageDeleteItem> items_;
};

}  // namespace

Result<std::vector<api::ImageDeleteItem>> remove_image(Core& core, std::string_view reference,
                                                       bool force, bool no_prune) {
  TRY(core.collect_detached());
  std::vector<api::ImageDeleteItem> items;
  TRY(core.change([&](Catalog& catalog, Store& store) -> Result<> {
    items = TRY(Remover(catalog, store, core.users(), force, !no_prune).run(reference));
    return {};
  }));
  return items;
}

Result<Pruned> prune_images(Core& core, const api::Filters& filters) {
  TRY(filters.only({"dangling", "label", "label!", "until"}));
  const bool dangling_only = TRY(filters.boolean("dangling", true));
  std::optional<std::int64_t> until;
  for (const auto& value : filters.get("until")) until = TRY(api::parse_timestamp(value, now_ns()));
  TRY(core.collect_detached());
  const auto bytes_of = [](const Catalog& catalog) {
    std::int64_t sum = 0;
    for (const auto& [id, layer] : catalog.layers) sum += layer.size;
    return sum;
  };
  Pruned pruned;
  const auto start = core.catalog();
  const auto before = bytes_of(*start);
  for (const auto& [id, image] : start->images) {
    if (image->detached) continue;
    const auto now = core.catalog();
    if (dangling_only && !now->tags_of(id).empty()) continue;
    if (until && image->file.created > *until) continue;
    if (!filters.labels("label", image->file.config.labels) ||
        !filters.not_labels("label!", image->file.config.labels))
      continue;
    if (core.users() != nullptr && !core.users()->users_of("sha256:" + id).empty()) continue;
    // Name by name, so that one in several repositories goes too. What has gone meanwhile, or is
    // needed after all, is passed over.
    std::vector<std::string> references;
    for (const auto& tag : now->tags_of(id)) references.push_back(tag.text());
    if (references.empty()) references.push_back("sha256:" + id);
    for (const auto& reference : references) {
      if (auto items = remove_image(core, reference, false, false))
        pruned.items.insert(pruned.items.end(), items->begin(), items->end());
    }
  }
  pruned.reclaimed = std::max<std::int64_t>(0, before - bytes_of(*core.catalog()));
  return pruned;
}

}  // namespace hexad::images
