// An archive of images as it has arrived: all its files in a staging folder, hashed, found by
// their path. What they mean (docker save or OCI layout) becomes a list of images to make.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/images/documents.hpp"
#include "daemon/images/layers.hpp"
#include "daemon/images/names.hpp"
#include "daemon/images/staging.hpp"
#include "daemon/tar/reader.hpp"
#include "daemon/tar/stream.hpp"

namespace hexad::images {

class ImageArchive {
 public:
  // Reads the whole stream; the description of the images may come last. What looks like a layer
  // is unpacked while it arrives, unless `have` says that the store has the blob of that digest.
  using Have = std::function<bool(std::string_view digest)>;
  static Result<ImageArchive> receive(tar::Source source, Staging& staging, const Have& have);

  // Links inside the archive are followed (old docker saves share layers by them). Null: not there.
  [[nodiscard]] const StagedFile* find(std::string_view path) const;
  // A document; invalid_argument when it is missing or larger than kMaxDocument.
  [[nodiscard]] Result<std::string> read(std::string_view path) const;
  // blobs/sha256/DIGEST, checked against the digest and, where known, the size.
  [[nodiscard]] Result<const StagedFile*> blob(const Descriptor& descriptor) const;
  // The layer that was unpacked from the blob; once. Nothing when it could not be.
  std::optional<NewLayer> take_layer(const std::string& blob_digest);

 private:
  Result<StagedFile> stage(tar::Reader& reader, const std::string& path, std::int64_t size,
                           Staging& staging, const Have& have);

  std::map<std::string, StagedFile, std::less<>> files_;
  std::map<std::string, std::string, std::less<>> links_;  // clean path -> clean path
  std::map<std::string, NewLayer> layers_;                 // by the digest of the blob
};

struct WantedLayer {
  std::string diff_id;
  const StagedFile* blob = nullptr;  // of the ImageArchive
};
struct WantedImage {
  std::string id, config;
  ConfigFile file;
  std::string parent;
  std::vector<WantedLayer> layers;  // lowest first, as many as file.diff_ids
  std::vector<TagName> tags;
};

// Digests and sizes of everything named are checked here; the diff ids when layers are unpacked.
Result<std::vector<WantedImage>> describe(const ImageArchive& archive);
// "amd64", "arm64", ... as images name what this program runs on.
std::string_view native_architecture();

}  // namespace hexad::images
