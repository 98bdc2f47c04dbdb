#include "daemon/images/query.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "api/duration.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {

// Go's path.Match: a star stops at a slash.
bool matches(const std::string& pattern, const TagName& name) {
  return ::fnmatch(pattern.c_str(), name.text().c_str(), FNM_PATHNAME) == 0 ||
         ::fnmatch(pattern.c_str(), name.repository.c_str(), FNM_PATHNAME) == 0;
}

struct Wanted {
  bool dangling_given = false, dangling = false;
  std::optional<std::int64_t> before, since, until;
};

Result<Wanted> read_filters(const Catalog& catalog, const api::Filters& filters) {
  TRY(filters.only({"before", "dangling", "label", "reference", "since", "until"}));
  Wanted wanted;
  wanted.dangling_given = filters.has("dangling");
  wanted.dangling = TRY(filters.boolean("dangling", false));
  for (const auto& value : filters.get("before")) {
    const auto created = TRY(catalog.find(value))->file.created;
    wanted.before = std::min(wanted.before.value_or(created), created);
  }
  for (const auto& value : filters.get("since")) {
    const auto created = TRY(catalog.find(value))->file.created;
    wanted.since = std::max(wanted.since.value_or(created), created);
  }
  for (const auto& value : filters.get("until"))
    wanted.until = TRY(api::parse_timestamp(value, now_ns()));
  return wanted;
}

std::int64_t shared_size(const Catalog& catalog, const Image& image) {
  std::int64_t sum = 0;
  for (const auto& id : image.file.diff_ids) {
    if (catalog.uses(id) > 1) sum += catalog.layers.at(id).size;
  }
  return sum;
}

}  // namespace

Result<std::vector<api::ImageSummary>> list_images(const Catalog& catalog,
                                                   const api::ImageListQuery& query,
                                                   const Users* users) {
  const auto wanted = TRY(read_filters(catalog, query.filters));
  std::map<std::string_view, std::vector<TagName>> tags;
  for (const auto& [name, id] : catalog.tags) tags[id].push_back(name);
  std::set<std::string_view> parents;
  for (const auto& [id, image] : catalog.images) parents.insert(image->parent);

  std::vector<api::ImageSummary> list;
  for (const auto& [id, image] : catalog.images) {
    if (image->detached) continue;
    const auto& file = image->file;
    if ((wanted.before && file.created >= *wanted.before) ||
        (wanted.since && file.created <= *wanted.since) ||
        (wanted.until && file.created > *wanted.until) ||
        !query.filters.labels("label", file.config.labels)) {
      continue;
    }
    api::ImageSummary summary;
    const auto named = tags.find(id);
    const bool dangling = named == tags.end();
    if (dangling) {
      if (!query.all && parents.contains(id)) continue;
      if ((wanted.dangling_given && !wanted.dangling) || query.filters.has("reference")) continue;
    } else {
      if (wanted.dangling) continue;
      const auto& patterns = query.filters.get("reference");
      for (const auto& name : named->second) {
        if (patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                            [&](const std::string& p) { return matches(p, name); }))
          summary.repo_tags.push_back(name.text());
      }
      if (summary.repo_tags.empty()) continue;
    }
    summary.id = "sha256:" + id;
    if (!image->parent.empty()) summary.parent_id = "sha256:" + image->parent;
    summary.created = file.created;
    summary.size = image->size;
    if (query.shared_size) summary.shared_size = shared_size(catalog, *image);
    summary.labels = file.config.labels;
    if (query.shared_size && users != nullptr)
      summary.containers = static_cast<std::int64_t>(users->users_of(summary.id).size());
    list.push_back(std::move(summary));
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.created > b.created; });
  return list;
}

api::ImageInspect inspect_image(const Catalog& catalog, const Image& image, const Paths& paths) {
  const auto& file = image.file;
  api::ImageInspect out;
  out.id = "sha256:" + image.id;
  for (const auto& name : catalog.tags_of(image.id)) out.repo_tags.push_back(name.text());
  if (!image.parent.empty()) out.parent = "sha256:" + image.parent;
  out.comment = file.comment;
  if (out.comment.empty() && !file.history.empty()) out.comment = file.history.back().comment;
  out.created = file.created;
  out.docker_version = file.docker_version;
  out.author = file.author;
  out.config = file.config;
  out.architecture = file.architecture;
  out.variant = file.variant;
  out.os = file.os.empty() ? "linux" : file.os;
  out.os_version = file.os_version;
  out.size = image.size;
  out.last_tag_time = image.last_tagged;
  std::string lower;
  for (auto it = file.diff_ids.rbegin(); it != file.diff_ids.rend(); ++it) {
    const auto path = paths.layers() + "/" + *it;
    if (it == file.diff_ids.rbegin()) {
      out.graph_driver.data.insert_or_assign("UpperDir", path);
    } else {
      lower += (lower.empty() ? "" : ":") + path;
    }
  }
  if (!lower.empty()) out.graph_driver.data.insert_or_assign("LowerDir", lower);
  out.graph_driver.data.present = true;
  for (const auto& id : file.diff_ids) out.layers.push_back("sha256:" + id);
  return out;
}

std::vector<HistoryItem> history_of(const Catalog& catalog, const Image& image) {
  std::vector<HistoryItem> items;
  std::size_t layer = 0;
  for (const auto& entry : image.file.history) {
    HistoryItem item{"<missing>", entry.created, entry.created_by, entry.comment, {}, 0};
    if (!entry.empty_layer && layer < image.file.diff_ids.size())
      item.size = catalog.layers.at(image.file.diff_ids[layer++]).size;
    items.push_back(std::move(item));
  }
  std::reverse(items.begin(), items.end());
  if (!items.empty()) {
    items.front().id = "sha256:" + image.id;
    for (const auto& name : catalog.tags_of(image.id)) items.front().tags.push_back(name.text());
  }
  return items;
}

}  // namespace hexad::images
