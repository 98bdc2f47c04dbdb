#include "daemon/images/catalog.hpp"

#include <algorithm>

#include "daemon/tar/digest.hpp"

namespace hexad::images {

namespace {

std::string_view without_algorithm(std::string_view reference) {
  constexpr std::string_view kPrefix = "sha256:";
  return reference.starts_with(kPrefix) ? reference.substr(kPrefix.size()) : reference;
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

void Catalog::add(Image image, const Paths& paths) {
  image.size = 0;
  auto& r = image.runnable;
  r.id = "sha256:" + image.id;
  r.config = image.file.config;
  r.architecture = image.file.architecture;
  r.os = image.file.os;
  r.layers.clear();
  bool covered = false;
  for (auto it = image.file.diff_ids.rbegin(); it != image.file.diff_ids.rend(); ++it) {
    const auto& layer = layers.at(*it);
    image.size += layer.size;
    if (!covered) r.layers.push_back(paths.layers() + "/" + *it);
    covered = covered || layer.opaque;
  }
  const auto id = image.id;
  images[id] = std::make_shared<const Image>(std::move(image));
}

Result<ImagePtr> Catalog::find(std::string_view reference) const {
  const auto bare = without_algorithm(reference);
  if (is_hex_digest(bare)) {
    if (const auto found = images.find(bare); found != images.end()) return found->second;
    return fail(Code::not_found, "No such image: sha256:{}", bare);
  }
  const auto name = TRY(parse_name(reference));
  if (!name.digest) {
    if (const auto found = tags.find(name.tagged()); found != tags.end())
      return images.at(found->second);
  }
  if (is_hex(bare)) {
    ImagePtr match;
    for (auto it = images.lower_bound(bare); it != images.end() && it->first.starts_with(bare);
         ++it) {
      if (it->second->detached) continue;
      if (match)
        return fail(Code::not_found, "No such image: {}",
                    name.text());  // as Docker: ambiguous is none
      match = it->second;
    }
    if (match) return match;
  }
  return fail(Code::not_found, "No such image: {}", name.text());
}

std::vector<TagName> Catalog::tags_of(std::string_view id) const {
  std::vector<TagName> found;
  for (const auto& [name, image] : tags) {
    if (image == id) found.push_back(name);
  }
  return found;
}

std::set<std::string> Catalog::children_of(std::string_view id) const {
  std::set<std::string> found;
  for (const auto& [child, image] : images) {
    if (image->parent == id && !image->detached) found.insert(child);
  }
  return found;
}

std::size_t Catalog::uses(std::string_view diff_id) const {
  return static_cast<std::size_t>(
      std::count_if(images.begin(), images.end(), [&](const auto& entry) {
        const auto& ids = entry.second->file.diff_ids;
        return std::find(ids.begin(), ids.end(), diff_id) != ids.end();
      }));
}

std::vector<std::string> chain_ids(const std::vector<std::string>& diff_ids) {
  std::vector<std::string> chain;
  for (const auto& id : diff_ids) {
    chain.push_back(chain.empty() ? id
                                  : tar::sha256_hex("sha256:" + chain.back() + " sha256:" + id));
  }
  return chain;
}

}  // namespace hexad::images
