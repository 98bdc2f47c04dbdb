// The JSON documents inside image archives: docker save's manifest.json, the OCI index and
// manifest, and the image config. OCI image-spec: image-layout.md, image-index.md, manifest.md,
// config.md. Plain structs here; unknown keys are left alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/types/image.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::images {

// Documents are read whole; none is larger in practice by orders of magnitude.
inline constexpr std::size_t kMaxDocument = 8U << 20;

struct Descriptor {
  std::string media_type;
  std::string digest;                     // hex, sha256
  std::int64_t size = -1;                 // -1: not given
  std::string os, architecture, variant;  // of `platform`
  std::map<std::string, std::string> annotations;
};

// One entry of docker save's manifest.json.
struct SavedImage {
  std::string config;  // a path in the archive
  std::vector<std::string> repo_tags;
  std::vector<std::string> layers;                  // paths, lowest first
  std::string parent;                               // hex or empty
  std::map<std::string, Descriptor> layer_sources;  // by "sha256:<diff id>"
};
Result<std::vector<SavedImage>> parse_saved(std::string_view json);

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;
};
struct Index {
  std::vector<Descriptor> manifests;
};
Result<Index> parse_index(std::string_view json);
Result<Manifest> parse_manifest(std::string_view json);

struct HistoryEntry {
  std::int64_t created = 0;  // ns
  std::string created_by, comment, author;
  bool empty_layer = false;
};

// The config document whose hash is the image's id.
struct ConfigFile {
  std::string architecture, variant, os, os_version, author, comment, docker_version;
  std::int64_t created = 0;  // ns
  api::ImageConfig config;
  std::vector<std::string> diff_ids;  // hex, lowest layer first
  std::vector<HistoryEntry> history;
};
Result<ConfigFile> parse_config(std::string_view json);
// What import writes, in Docker's order of keys.
std::string write_config(const ConfigFile& file);

// "sha256:<64 hex digits>" as the digits; invalid_argument otherwise.
Result<std::string> parse_digest(std::string_view digest);
bool is_hex_digest(std::string_view text);

}  // namespace hexad::images
