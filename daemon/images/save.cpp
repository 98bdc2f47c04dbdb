// GET /images/get: the blobs as they came, described twice: as an OCI layout and by docker's
// manifest.json. OCI image-spec image-layout.md.
#include "daemon/images/save.hpp"

#include <algorithm>
#include <set>

#include "api/json/value.hpp"
#include "daemon/images/staging.hpp"
#include "daemon/tar/decompress.hpp"
#include "daemon/tar/digest.hpp"
#include "daemon/tar/writer.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {

using api::json::Value;

struct Chosen {
  ImagePtr image;
  std::set<TagName> names;
};

Value text(std::string s) { return Value(std::move(s)); }

Value object(std::vector<std::pair<std::string, Value>> members) {
  return Value(std::move(members));
}

// The layer's media type depends on how it came.
Result<std::string> media_type(const std::string& path) {
  auto file = TRY(FileStream::open(path));
  const auto first = TRY(file.next());
  constexpr const char* kTar = "application/vnd.oci.image.layer.v1.tar";
  switch (tar::detect(first)) {
    case tar::Compression::gzip: return std::string(kTar) + "+gzip";
    case tar::Compression::zstd: return std::string(kTar) + "+zstd";
    case tar::Compression::none:
    case tar::Compression::xz:
    case tar::Compression::bzip2: break;
  }
  return std::string(kTar);
}

Value descriptor(std::string type, const std::string& digest, std::int64_t size) {
  return object({{"mediaType", text(std::move(type))},
                 {"digest", text("sha256:" + digest)},
                 {"size", Value(size)}});
}

class Saver {
 public:
  Saver(Core& core, std::shared_ptr<const Catalog> catalog, const Sink& sink)
      : core_(core), catalog_(std::move(catalog)), tar_(sink) {}

  Result<> run(const std::vector<Chosen>& chosen) {
    const tar::Time now{now_ns() / 1'000'000'000, 0};
    TRY(tar_.directory("blobs/", 0755, now));
    TRY(tar_.directory("blobs/sha256/", 0755, now));
    Value::Array manifests, saved;
    Value::Object repositories;
    for (const auto& c : chosen) TRY(add(c, manifests, saved, repositories));
    TRY(document("index.json",
                 object({{"schemaVersion", Value(std::int64_t{2})},
                         {"mediaType", text("application/vnd.oci.image.index.v1+json")},
                         {"manifests", Value(std::move(manifests))}})));
    TRY(document("manifest.json", Value(std::move(saved))));
    TRY(document("oci-layout", object({{"imageLayoutVersion", text("1.0.0")}})));
    if (!repositories.empty()) TRY(document("repositories", Value(std::move(repositories))));
    return tar_.finish();
  }

 private:
  Result<> document(const std::string& path, const Value& value) {
    return tar_.file(path, 0644, {}, api::json::dump(value));
  }

  Result<> blob(const std::string& digest, std::string_view bytes) {
    if (!written_.insert(digest).second) return {};
    return tar_.file("blobs/sha256/" + digest, 0644, {}, bytes);
  }

  Result<> layer_blob(const Layer& layer) {
    if (!written_.insert(layer.blob).second) return {};
    auto file = TRY(FileStream::open(core_.paths().blobs() + "/" + layer.blob));
    TRY(tar_.begin_file("blobs/sha256/" + layer.blob, 0644, {}, layer.blob_size));
    std::int64_t sent = 0;
    for (;;) {
      const auto piece = TRY(file.next());
      if (piece.empty()) break;
      sent += static_cast<std::int64_t>(piece.size());
      if (sent > layer.blob_size) break;
      TRY(tar_.data(piece));
    }
    if (sent != layer.blob_size)
      return fail(Code::internal, "the blob of layer sha256:{} has changed its size",
                  layer.diff_id);
    return tar_.end_file();
  }

  Result<> add(const Chosen& chosen, Value::Array& manifests, Value::Array& saved,
               Value::Object& repositories) {
    const auto& image = *chosen.image;
    Value::Array layers, paths, names;
    Value::Object sources;
    for (const auto& id : image.file.diff_ids) {
      const auto& layer = catalog_->layers.at(id);
      TRY(layer_blob(layer));
      auto d = descriptor(TRY(media_type(core_.paths().blobs() + "/" + layer.blob)), layer.blob,
                          layer.blob_size);
      layers.push_back(d);
      sources.emplace_back("sha256:" + id, std::move(d));
      paths.push_back(text("blobs/sha256/" + layer.blob));
    }
    TRY(blob(image.id, image.config));
    const auto manifest = api::json::dump(
        object({{"schemaVersion", Value(std::int64_t{2})},
                {"mediaType", text("application/vnd.oci.image.manifest.v1+json")},
                {"config", descriptor("application/vnd.oci.image.config.v1+json", image.id,
                                      static_cast<std::int64_t>(image.config.size()))},
                {"layers", Value(std::move(layers))}}));
    const auto digest = tar::sha256_hex(manifest);
    TRY(blob(digest, manifest));
    auto entry = descriptor("application/vnd.oci.image.manifest.v1+json", digest,
                            static_cast<std::int64_t>(manifest.size()));
    const auto annotated = [&](const TagName& name) {
      Value::Object members = *entry.object();
      members.emplace_back("annotations",
                           object({{"io.containerd.image.name", text(full_name(name))},
                                   {"org.opencontainers.image.ref.name", text(name.tag)}}));
      return Value(std::move(members));
    };
    if (chosen.names.empty()) manifests.push_back(entry);
    for (const auto& name : chosen.names) {
      manifests.push_back(annotated(name));
      names.push_back(text(name.text()));
      const auto top = image.file.diff_ids.empty()
                           ? image.id
                           : catalog_->layers.at(image.file.diff_ids.back()).blob;
      auto at = std::find_if(repositories.begin(), repositories.end(),
                             [&](const auto& r) { return r.first == name.repository; });
      if (at == repositories.end())
        at = repositories.emplace(repositories.end(), name.repository, Value(Value::Object{}));
      std::get<Value::Object>(at->second.data).emplace_back(name.tag, text(top));
    }
    saved.push_back(object({{"Config", text("blobs/sha256/" + image.id)},
                            {"RepoTags", names.empty() ? Value() : Value(std::move(names))},
                            {"Layers", Value(std::move(paths))},
                            {"LayerSources", Value(std::move(sources))}}));
    return {};
  }

  Core& core_;
  std::shared_ptr<const Catalog> catalog_;
  tar::Writer tar_;
  std::set<std::string> written_;
};

}  // namespace

Result<> save_images(Core& core, const std::vector<std::string>& references, const Sink& sink) {
  if (references.empty()) return fail(Code::invalid_argument, "no image names given");
  const auto first = core.catalog();
  std::vector<std::string> diff_ids;
  for (const auto& reference : references) {
    const auto image = TRY(first->find(reference));
    diff_ids.insert(diff_ids.end(), image->file.diff_ids.begin(), image->file.diff_ids.end());
  }
  // Pinned first, looked up again then: nothing of it goes away while the client reads.
  const Core::Pin pin(core, std::move(diff_ids));
  auto catalog = core.catalog();
  std::vector<Chosen> chosen;
  for (const auto& reference : references) {
    const auto image = TRY(catalog->find(reference));
    auto at = std::find_if(chosen.begin(), chosen.end(),
                           [&](const Chosen& c) { return c.image->id == image->id; });
    if (at == chosen.end()) at = chosen.insert(chosen.end(), Chosen{image, {}});
    const auto name = parse_name(reference);
    if (!name || name->digest) continue;
    if (const auto tagged = catalog->tags.find(name->tagged());
        tagged != catalog->tags.end() && tagged->second == image->id)
      at->names.insert(name->tagged());
  }
  return Saver(core, std::move(catalog), sink).run(chosen);
}

}  // namespace hexad::images
