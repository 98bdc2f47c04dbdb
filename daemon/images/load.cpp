// POST /images/load. First everything arrives and is hashed, then it is understood and checked,
// then layers are unpacked, then all of it appears at once.
#include "daemon/images/load.hpp"

#include <chrono>
#include <map>
#include <set>

#include "daemon/images/image_archive.hpp"
#include "daemon/images/layers.hpp"
#include "daemon/images/progress.hpp"

namespace hexad::images {

namespace {

Result<> unpack_missing(ImageArchive& archive, Core::Pin& pin,
                        const std::vector<WantedImage>& images, bool quiet,
                        const Progress& progress, Staging& staging, Batch& batch) {
  std::set<std::string> done;
  for (const auto& image : images) {
    for (std::size_t i = 0; i < image.layers.size(); ++i) {
      const auto& wanted = image.layers[i];
      if (pin.has(wanted.diff_id) || !done.insert(wanted.diff_id).second) continue;
      if (wanted.blob == nullptr)
        return fail(Code::invalid_argument, "invalid archive: layer sha256:{} is missing",
                    wanted.diff_id);
      LayerProgress report(progress, quiet, wanted.diff_id, wanted.blob->size);
      // Unpacked while it arrived, or now.
      auto early = archive.take_layer(wanted.blob->digest);
      const Advance advance = [&](std::int64_t read) { return report.at(read); };
      auto layer = early ? std::move(*early) : TRY(unpack_staged(*wanted.blob, staging, advance));
      if (layer.row.diff_id != wanted.diff_id)
        return fail(Code::invalid_argument,
                    "invalid diffID for layer {}: expected \"sha256:{}\", got \"sha256:{}\"", i,
                    wanted.diff_id, layer.row.diff_id);
      TRY(report.at(wanted.blob->size));
      batch.layers.push_back(std::move(layer));
    }
  }
  return {};
}

Result<> tell(const std::vector<WantedImage>& images, const std::vector<Moved>& moved,
              const Progress& progress) {
  for (const auto& image : images) {
    if (image.tags.empty())
      TRY(progress(stream_line(fmt::format("Loaded image ID: sha256:{}\n", image.id))));
    for (const auto& tag : image.tags) {
      for (const auto& m : moved) {
        if (m.name == tag)
          TRY(
              progress(stream_line(fmt::format("The image {} already exists, renaming the old one "
                                               "with ID sha256:{} to empty string\n",
                                               tag.text(), m.old_id))));
      }
      TRY(progress(stream_line(fmt::format("Loaded image: {}\n", tag.text()))));
    }
  }
  return {};
}

}  // namespace

Result<> load_images(Core& core, const Source& source, bool quiet, const Progress& progress) {
  auto staging = TRY(Staging::make(core.paths()));
  std::set<std::string, std::less<>> blobs;
  const auto before = core.catalog();
  for (const auto& [id, layer] : before->layers) blobs.insert(layer.blob);
  auto archive = TRY(ImageArchive::receive(
      source, staging, [&](std::string_view digest) { return blobs.contains(digest); }));
  auto images = TRY(describe(archive));
  std::vector<std::string> diff_ids;
  for (const auto& image : images)
    diff_ids.insert(diff_ids.end(), image.file.diff_ids.begin(), image.file.diff_ids.end());
  Core::Pin pin(core, std::move(diff_ids));
  Batch batch;
  TRY(unpack_missing(archive, pin, images, quiet, progress, staging, batch));
  std::set<std::string> ids;
  for (const auto& wanted : images) {
    for (const auto& tag : wanted.tags) batch.tags.emplace_back(tag, wanted.id);
    if (!ids.insert(wanted.id).second) continue;
    Image image;
    image.id = wanted.id;
    image.config = wanted.config;
    image.file = wanted.file;
    const bool parent_known =
        ids.contains(wanted.parent) || core.catalog()->images.contains(wanted.parent);
    if (!wanted.parent.empty() && parent_known) image.parent = wanted.parent;
    batch.images.push_back(std::move(image));
  }
  const auto moved = TRY(core.commit(std::move(batch)));
  return tell(images, moved, progress);
}

}  // namespace hexad::images
