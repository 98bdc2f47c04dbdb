// All images as they stand, in memory: an immutable picture that readers share and that each
// change replaces. What is looked up at a container's start is here ready made.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/images/documents.hpp"
#include "daemon/images/names.hpp"
#include "daemon/images/service.hpp"
#include "daemon/paths.hpp"

namespace hexad::images {

struct Layer {
  std::string diff_id, blob;  // hex
  std::int64_t blob_size = 0;
  std::int64_t size = 0;  // unpacked
  bool opaque = false;
  std::string unsynced;  // boot id, or empty
};

struct Image {
  std::string id;      // hex
  std::string config;  // the document's bytes
  ConfigFile file;
  std::string parent;  // hex or empty
  std::int64_t last_tagged = 0;
  bool detached = false;
  // From the layers, by Catalog::add:
  std::int64_t size = 0;
  Runnable runnable;
};
using ImagePtr = std::shared_ptr<const Image>;

class Catalog {
 public:
  std::map<std::string, Layer, std::less<>> layers;     // by diff id
  std::map<std::string, ImagePtr, std::less<>> images;  // by id
  std::map<TagName, std::string> tags;                  // -> id

  // Its layers must be there.
  void add(Image image, const Paths& paths);

  // As Docker looks names up: full id, name, then prefix of an id. 404 "No such image: x:latest",
  // 400 "invalid reference format". A detached image is found by its full id only.
  [[nodiscard]] Result<ImagePtr> find(std::string_view reference) const;
  // The names of an image, sorted.
  [[nodiscard]] std::vector<TagName> tags_of(std::string_view id) const;
  [[nodiscard]] std::set<std::string> children_of(std::string_view id) const;
  // How many images (detached ones too) have this layer.
  [[nodiscard]] std::size_t uses(std::string_view diff_id) const;
};

// The id that Docker gives a stack of layers: of the lowest its diff id, else a hash over the
// chain id below and the diff id. OCI image-spec config.md, "Layer ChainID".
std::vector<std::string> chain_ids(const std::vector<std::string>& diff_ids);

}  // namespace hexad::images
