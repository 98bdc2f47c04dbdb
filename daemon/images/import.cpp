// POST /images/create?fromSrc=-: a root file system becomes an image of one layer.
#include "daemon/images/import.hpp"

#include "api/version.hpp"
#include "daemon/images/changes.hpp"
#include "daemon/images/image_archive.hpp"
#include "daemon/images/layers.hpp"
#include "daemon/tar/digest.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {

// os[/architecture[/variant]]
Result<> set_platform(std::string_view platform, ConfigFile& file) {
  file.os = "linux";
  file.architecture = native_architecture();
  if (platform.empty()) return {};
  const auto parts = split(platform, '/');
  if (parts.size() > 3)
    return fail(Code::invalid_argument,
                "\"{}\": unknown operating system or architecture: invalid argument", platform);
  file.os = to_lower(parts[0]);
  if (parts.size() > 1) file.architecture = to_lower(parts[1]);
  if (parts.size() > 2) file.variant = to_lower(parts[2]);
  if (file.os != "linux")
    return fail(Code::invalid_argument, "operating system is not supported: {}", file.os);
  return {};
}

}  // namespace

Result<std::string> import_image(Core& core, const Source& source, const ImportOptions& options) {
  // Everything that can be refused is refused before the first byte is read.
  std::optional<TagName> name;
  if (!options.repository.empty()) {
    const auto parsed = TRY(parse_name(options.repository));
    if (parsed.digest) return fail(Code::invalid_argument, "cannot import digest reference");
    name = TRY(parse_tag_name(options.repository, options.tag));
  }
  ConfigFile file;
  TRY(set_platform(options.platform, file));
  TRY(apply_changes(options.changes, file.config));

  auto staging = TRY(Staging::make(core.paths()));
  tar::SourceStream stream(source);
  auto arrived = TRY(unpack_arriving(stream, staging));
  auto layer = TRY(std::move(arrived.layer));
  file.created = now_ns();
  file.comment = options.message.empty() ? "Imported from -" : options.message;
  file.docker_version = api::kVersion;
  file.diff_ids = {layer.row.diff_id};
  file.history.push_back({file.created, "", file.comment, "", false});

  Image image;
  image.config = write_config(file);
  image.id = tar::sha256_hex(image.config);
  image.file = std::move(file);
  auto id = "sha256:" + image.id;
  Batch batch;
  if (name) batch.tags.emplace_back(*name, image.id);
  batch.images.push_back(std::move(image));
  batch.layers.push_back(std::move(layer));
  TRY(core.commit(std::move(batch)));
  return id;
}

}  // namespace hexad::images
