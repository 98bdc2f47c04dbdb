#include "daemon/images/image_archive.hpp"

#include <fcntl.h>
#include <algorithm>
#include <utility>

#include "daemon/images/layer_tree.hpp"
#include "daemon/tar/decompress.hpp"
#include "daemon/tar/digest.hpp"
#include "daemon/tar/reader.hpp"
#include "libcontainer/base/io.hpp"

namespace hexad::images {

namespace {

constexpr std::size_t kMaxFiles = 100'000;

// The data of the member that the reader stands at.
class MemberStream : public tar::Stream {
 public:
  explicit MemberStream(tar::Reader& reader) : reader_(reader) {}
  Result<std::string_view> next() override {
    const auto piece = TRY(reader_.data());
    if (!piece.bytes.empty() && piece.offset != at_)
      return fail(Code::invalid_argument, "a file of the archive is sparse");
    at_ += static_cast<std::int64_t>(piece.bytes.size());
    return piece.bytes;
  }

 private:
  tar::Reader& reader_;
  std::int64_t at_ = 0;
};

// Gives its first piece again.
class Peeked : public tar::Stream {
 public:
  Peeked(std::string_view first, tar::Stream& rest) : first_(first), rest_(rest) {}
  Result<std::string_view> next() override {
    if (first_.empty()) return rest_.next();
    return std::exchange(first_, {});
  }

 private:
  std::string_view first_;
  tar::Stream& rest_;
};

bool looks_like_layer(std::string_view first) {
  return tar::detect(first) != tar::Compression::none ||
         (first.size() >= tar::kBlockSize && tar::parse_header(first.substr(0, tar::kBlockSize)));
}

Result<StagedFile> stage_plain(tar::Stream& stream, Staging& staging) {
  auto writer = TRY(FileWriter::create(staging.name("file")));
  tar::Sha256 sha;
  for (;;) {
    const auto piece = TRY(stream.next());
    if (piece.empty()) break;
    sha.update(piece);
    TRY(writer.write(piece));
  }
  return StagedFile{writer.path(), sha.finish(), writer.size()};
}

// A link's target as a path of the archive; nothing when it leads out.
std::optional<std::string> link_target(const std::string& at, const tar::Entry& entry) {
  const bool relative = entry.type == tar::Type::symlink && !entry.link.starts_with('/');
  auto target =
      clean_path(relative ? std::string(split_path(at).first) + "/" + entry.link : entry.link);
  if (!target) return std::nullopt;
  return std::move(*target);
}

}  // namespace

Result<StagedFile> ImageArchive::stage(tar::Reader& reader, const std::string& path,
                                       std::int64_t size, Staging& staging, const Have& have) {
  MemberStream member(reader);
  const auto first = TRY(member.next());
  Peeked stream(first, member);
  const bool here = have && have(split_path(path).second);
  StagedFile file;
  if (here || !looks_like_layer(first)) {
    file = TRY(stage_plain(stream, staging));
  } else {
    auto arrived = TRY(unpack_arriving(stream, staging));
    if (arrived.layer) layers_.insert_or_assign(arrived.blob.digest, std::move(*arrived.layer));
    file = std::move(arrived.blob);
  }
  if (file.size != size) return fail(Code::invalid_argument, "a file of the archive is sparse");
  return file;
}

Result<ImageArchive> ImageArchive::receive(tar::Source source, Staging& staging, const Have& have) {
  ImageArchive archive;
  tar::SourceStream stream(std::move(source));
  const auto plain = TRY(tar::decompress(stream));
  tar::Reader reader(*plain.stream);
  tar::Entry entry;
  while (TRY(reader.next(entry))) {
    auto path = TRY(clean_path(entry.path));
    if (path.empty() || entry.type == tar::Type::directory) continue;
    if (archive.files_.size() + archive.links_.size() >= kMaxFiles)
      return fail(Code::invalid_argument, "the archive has more than {} files", kMaxFiles);
    if (entry.type == tar::Type::file) {
      archive.links_.erase(path);
      auto file = TRY(archive.stage(reader, path, entry.size, staging, have));
      archive.files_.insert_or_assign(std::move(path), std::move(file));
    } else if (entry.type == tar::Type::symlink || entry.type == tar::Type::hard_link) {
      if (auto target = link_target(path, entry)) {
        archive.files_.erase(path);
        archive.links_.insert_or_assign(std::move(path), std::move(*target));
      }
    }
  }
  TRY(reader.finish());
  TRY(tar::drain(stream));
  return archive;
}

std::optional<NewLayer> ImageArchive::take_layer(const std::string& blob_digest) {
  auto node = layers_.extract(blob_digest);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

const StagedFile* ImageArchive::find(std::string_view path) const {
  auto clean = clean_path(path);
  if (!clean) return nullptr;
  for (int hops = 0; hops < 8; ++hops) {
    if (const auto file = files_.find(*clean); file != files_.end()) return &file->second;
    const auto link = links_.find(*clean);
    if (link == links_.end()) return nullptr;
    *clean = link->second;
  }
  return nullptr;
}

Result<std::string> ImageArchive::read(std::string_view path) const {
  const auto* file = find(path);
  if (file == nullptr)
    return fail(Code::invalid_argument, "invalid archive: does not contain {}", path);
  if (file->size > static_cast<std::int64_t>(kMaxDocument))
    return fail(Code::invalid_argument, "invalid archive: {} is too large", path);
  return read_file(file->path, kMaxDocument);
}

Result<const StagedFile*> ImageArchive::blob(const Descriptor& d) const {
  const auto* file = find("blobs/sha256/" + d.digest);
  if (file == nullptr)
    return fail(Code::invalid_argument, "invalid archive: content sha256:{} is missing", d.digest);
  if (d.size >= 0 && file->size != d.size)
    return fail(Code::invalid_argument, "invalid archive: sha256:{} has {} bytes, expected {}",
                d.digest, file->size, d.size);
  if (file->digest != d.digest)
    return fail(Code::invalid_argument,
                "invalid archive: content has digest sha256:{}, expected sha256:{}", file->digest,
                d.digest);
  return file;
}

namespace {

constexpr std::string_view kBlobs = "blobs/sha256/";

// A file named after its digest must have it, whichever document leads there.
Result<> check_named_blob(std::string_view path, const StagedFile& file) {
  const auto at = path.rfind(kBlobs);
  if (at == std::string_view::npos) return {};
  const auto name = path.substr(at + kBlobs.size());
  if (is_hex_digest(name) && name != file.digest)
    return fail(Code::invalid_argument,
                "invalid archive: content has digest sha256:{}, expected sha256:{}", file.digest,
                name);
  return {};
}

Result<WantedImage> with_config(std::string config, std::size_t layers) {
  WantedImage image;
  image.file = TRY(parse_config(config));
  image.config = std::move(config);
  image.id = tar::sha256_hex(image.config);
  if (!image.file.os.empty() && image.file.os != "linux")
    return fail(Code::invalid_argument, "cannot load {} image on linux", image.file.os);
  if (image.file.diff_ids.size() != layers)
    return fail(Code::invalid_argument,
                "invalid manifest, layers length mismatch: expected {}, got {}", layers,
                image.file.diff_ids.size());
  return image;
}

Result<std::vector<WantedImage>> describe_saved(const ImageArchive& archive) {
  std::vector<WantedImage> images;
  for (const auto& saved : TRY(parse_saved(TRY(archive.read("manifest.json"))))) {
    const auto* config = archive.find(saved.config);
    if (config != nullptr) TRY(check_named_blob(saved.config, *config));
    auto image = TRY(with_config(TRY(archive.read(saved.config)), saved.layers.size()));
    // Docker names it after its hash; nothing else may stand under that name.
    const auto name = split_path(saved.config).second;
    if (name.ends_with(".json") && is_hex_digest(name.substr(0, name.size() - 5)) &&
        name.substr(0, 64) != image.id)
      return fail(Code::invalid_argument,
                  "invalid archive: content has digest sha256:{}, expected sha256:{}", image.id,
                  name.substr(0, 64));
    image.parent = saved.parent;
    for (std::size_t i = 0; i < saved.layers.size(); ++i) {
      const auto& diff_id = image.file.diff_ids[i];
      const auto* file = archive.find(saved.layers[i]);
      if (file != nullptr) TRY(check_named_blob(saved.layers[i], *file));
      const auto described = saved.layer_sources.find("sha256:" + diff_id);
      if (file != nullptr && described != saved.layer_sources.end() &&
          described->second.size >= 0 && described->second.size != file->size)
        return fail(Code::invalid_argument, "invalid archive: sha256:{} has {} bytes, expected {}",
                    file->digest, file->size, described->second.size);
      image.layers.push_back({diff_id, file});
    }
    for (const auto& tag : saved.repo_tags) {
      const auto name_of = parse_name(tag);
      if (!name_of || !name_of->tag || name_of->digest)
        return fail(Code::invalid_argument, "invalid tag \"{}\"", tag);
      image.tags.push_back(name_of->tagged());
    }
    images.push_back(std::move(image));
  }
  return images;
}

bool is_index(std::string_view media_type) {
  return media_type == "application/vnd.oci.image.index.v1+json" ||
         media_type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

// 0: for us; 1: it does not say; 2: for another machine. Attestations are "unknown".
int fitness(const Descriptor& d, const std::string& os, const std::string& architecture) {
  if (os.empty() && architecture.empty()) return 1;
  static_cast<void>(d);
  return os == "linux" && architecture == native_architecture() ? 0 : 2;
}

Result<> describe_manifest(const ImageArchive& archive, const Descriptor& d,
                           const std::vector<TagName>& tags, std::vector<WantedImage>& images);

// Of an index: the one manifest for this machine, else one that does not say for which.
Result<> describe_index(const ImageArchive& archive, std::string_view json,
                        const std::vector<TagName>& tags, std::vector<WantedImage>& images,
                        int depth) {
  if (depth > 4) return fail(Code::invalid_argument, "invalid index: nested too deep");
  const auto index = TRY(parse_index(json));
  const Descriptor* best = nullptr;
  for (const auto& d : index.manifests) {
    if (fitness(d, d.os, d.architecture) == 2) continue;
    if (best == nullptr ||
        fitness(d, d.os, d.architecture) < fitness(*best, best->os, best->architecture))
      best = &d;
  }
  if (best == nullptr)
    return fail(Code::invalid_argument, "no manifest for linux/{} in the image index",
                native_architecture());
  if (is_index(best->media_type)) {
    const auto* file = TRY(archive.blob(*best));
    return describe_index(archive, TRY(read_file(file->path, kMaxDocument)), tags, images,
                          depth + 1);
  }
  return describe_manifest(archive, *best, tags, images);
}

Result<> describe_manifest(const ImageArchive& archive, const Descriptor& d,
                           const std::vector<TagName>& tags, std::vector<WantedImage>& images) {
  const auto* file = TRY(archive.blob(d));
  if (file->size > static_cast<std::int64_t>(kMaxDocument))
    return fail(Code::invalid_argument, "invalid archive: a manifest is too large");
  const auto manifest = TRY(parse_manifest(TRY(read_file(file->path, kMaxDocument))));
  const auto* config = TRY(archive.blob(manifest.config));
  if (config->size > static_cast<std::int64_t>(kMaxDocument))
    return fail(Code::invalid_argument, "invalid archive: an image config is too large");
  auto image = TRY(with_config(TRY(read_file(config->path, kMaxDocument)), manifest.layers.size()));
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    // A layer that the store has already need not be in the archive.
    const auto* layer = archive.find("blobs/sha256/" + manifest.layers[i].digest);
    if (layer != nullptr) layer = TRY(archive.blob(manifest.layers[i]));
    image.layers.push_back({image.file.diff_ids[i], layer});
  }
  const auto same = std::find_if(images.begin(), images.end(),
                                 [&](const WantedImage& other) { return other.id == image.id; });
  if (same != images.end()) {
    same->tags.insert(same->tags.end(), tags.begin(), tags.end());
  } else {
    image.tags = tags;
    images.push_back(std::move(image));
  }
  return {};
}

// containerd writes the full name, others only the tag, or a name in the tag's place.
std::vector<TagName> names_of(const Descriptor& d) {
  for (const auto* key : {"io.containerd.image.name", "org.opencontainers.image.ref.name"}) {
    const auto found = d.annotations.find(key);
    if (found == d.annotations.end()) continue;
    const bool full = std::string_view(key).starts_with("io.") ||
                      found->second.find_first_of("/:") != std::string::npos;
    if (!full) continue;  // a bare tag names no repository
    const auto name = parse_name(found->second);
    if (name && !name->digest) return {name->tagged()};
  }
  return {};
}

Result<std::vector<WantedImage>> describe_layout(const ImageArchive& archive) {
  std::vector<WantedImage> images;
  bool others = false;
  const auto index = TRY(parse_index(TRY(archive.read("index.json"))));
  for (const auto& d : index.manifests) {
    if (fitness(d, d.os, d.architecture) == 2) {
      others = true;
      continue;
    }
    const auto tags = names_of(d);
    if (!is_index(d.media_type)) {
      TRY(describe_manifest(archive, d, tags, images));
      continue;
    }
    const auto* file = TRY(archive.blob(d));
    if (file->size > static_cast<std::int64_t>(kMaxDocument))
      return fail(Code::invalid_argument, "invalid archive: an index is too large");
    TRY(describe_index(archive, TRY(read_file(file->path, kMaxDocument)), tags, images, 0));
  }
  if (images.empty() && others)
    return fail(Code::invalid_argument, "no manifest for linux/{} in the archive",
                native_architecture());
  if (images.empty())
    return fail(Code::invalid_argument, "invalid archive: index.json names no image");
  return images;
}

}  // namespace

std::string_view native_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__riscv) && __riscv_xlen == 64
  return "riscv64";
#elif defined(__s390x__)
  return "s390x";
#elif defined(__powerpc64__)
  return "ppc64le";
#elif defined(__i386__)
  return "386";
#else
  return "arm";
#endif
}

Result<std::vector<WantedImage>> describe(const ImageArchive& archive) {
  if (archive.find("manifest.json") != nullptr) return describe_saved(archive);
  if (archive.find("index.json") != nullptr) return describe_layout(archive);
  return fail(Code::invalid_argument, "invalid archive: does not contain a manifest.json");
}

}  // namespace hexad::images
