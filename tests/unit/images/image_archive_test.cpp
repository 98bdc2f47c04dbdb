// Archives are understood without unpacking a layer: no root needed.
#include "daemon/images/image_archive.hpp"

#include <catch2/catch.hpp>

#include "daemon/tar/digest.hpp"
#include "libcontainer/base/io.hpp"
#include "tests/support/isolated.hpp"
#include "tests/support/tar_builder.hpp"

using namespace hexad;
using namespace hexad::images;
using support::TarBuilder;

namespace {

struct Received {
  support::TempDir folder;
  Paths paths{folder.path(), folder.path(), "01234567"};
  std::optional<Staging> staging;
  Received() {
    REQUIRE(make_dirs(paths.tmp(), 0700));
    auto made = Staging::make(paths);
    REQUIRE(made);
    staging.emplace(std::move(*made));
  }
  Result<std::vector<WantedImage>> describe_all(const TarBuilder& b) {
    archive.emplace(TRY(ImageArchive::receive(support::source_of(b.done()), *staging, nullptr)));
    return describe(*archive);
  }
  std::optional<ImageArchive> archive;
};

const std::string kLayer = "any bytes";
const std::string kDiff = "sha256:" + std::string(64, 'd');
const std::string kConfig =
    R"({"os":"linux","rootfs":{"type":"layers","diff_ids":[")" + kDiff + "\"]}}";

std::string descriptor(const std::string& bytes, const std::string& more = "") {
  return R"({"digest":"sha256:)" + tar::sha256_hex(bytes) + R"(","size":)" +
         std::to_string(bytes.size()) + more + "}";
}
std::string manifest_of(const std::string& config) {
  return R"({"config":)" + descriptor(config) + R"(,"layers":[)" + descriptor(kLayer) + "]}";
}
TarBuilder& blob(TarBuilder& b, const std::string& bytes) {
  return b.file("blobs/sha256/" + tar::sha256_hex(bytes), bytes);
}

}  // namespace

TEST_CASE("the manifest for this machine is taken from a nested index") {
  Received r;
  const auto other =
      std::string(
          R"({"os":"linux","architecture":"none","rootfs":{"type":"layers","diff_ids":[")") +
      kDiff + "\"]}}";
  const auto ours = manifest_of(kConfig), theirs = manifest_of(other);
  const auto platform = [](std::string_view arch) {
    return R"(,"platform":{"os":"linux","architecture":")" + std::string(arch) + "\"}";
  };
  const auto nested =
      R"({"manifests":[)" + descriptor(theirs, platform("none")) + "," +
      descriptor(ours, platform(native_architecture())) + "," +
      descriptor(theirs, R"(,"platform":{"os":"unknown","architecture":"unknown"})") + "]}";
  TarBuilder b;
  for (const auto& bytes : {kLayer, kConfig, other, ours, theirs, nested}) blob(b, bytes);
  b.file(
      "index.json",
      R"({"manifests":[)" +
          descriptor(
              nested,
              R"(,"mediaType":"application/vnd.oci.image.index.v1+json","annotations":{"org.opencontainers.image.ref.name":"team/app:3"})") +
          "]}");
  const auto images = r.describe_all(b);
  INFO((images ? "" : images.error().message));
  REQUIRE(images);
  REQUIRE(images->size() == 1);
  CHECK((*images)[0].id == tar::sha256_hex(kConfig));
  CHECK((*images)[0].tags == std::vector<TagName>{{"team/app", "3"}});
}

TEST_CASE("a bare tag in a layout names no repository; two names of one image are one image") {
  Received r;
  const auto manifest = manifest_of(kConfig);
  TarBuilder b;
  for (const auto& bytes : {kLayer, kConfig, manifest}) blob(b, bytes);
  b.file(
      "index.json",
      R"({"manifests":[)" +
          descriptor(manifest, R"(,"annotations":{"org.opencontainers.image.ref.name":"latest"})") +
          "," +
          descriptor(
              manifest,
              R"(,"annotations":{"io.containerd.image.name":"docker.io/library/x:1","org.opencontainers.image.ref.name":"1"})") +
          "]}");
  const auto images = r.describe_all(b);
  REQUIRE(images);
  REQUIRE(images->size() == 1);
  CHECK((*images)[0].tags == std::vector<TagName>{{"x", "1"}});
}

TEST_CASE("an index that contains itself ends") {
  Received r;
  // No digest can be its own: the nearest is a name without the content.
  TarBuilder b;
  b.file("index.json",
         R"({"manifests":[{"digest":"sha256:)" + std::string(64, 'e') +
             R"(","size":5,"mediaType":"application/vnd.oci.image.index.v1+json"}]})");
  CHECK_FALSE(r.describe_all(b));
}

TEST_CASE("a layout for other machines only is refused with that reason") {
  Received r;
  const auto manifest = manifest_of(kConfig);
  TarBuilder b;
  for (const auto& bytes : {kLayer, kConfig, manifest}) blob(b, bytes);
  b.file("index.json",
         R"({"manifests":[)" +
             descriptor(manifest, R"(,"platform":{"os":"linux","architecture":"none"})") + "]}");
  const auto images = r.describe_all(b);
  REQUIRE_FALSE(images);
  CHECK(images.error().message.starts_with("no manifest for linux/"));
}

TEST_CASE("sizes and digests in docker's combined form are checked too") {
  const auto saved = [](const std::string& size) {
    return R"([{"Config":"blobs/sha256/)" + tar::sha256_hex(kConfig) +
           R"(","RepoTags":["x:1"],"Layers":["blobs/sha256/)" + tar::sha256_hex(kLayer) +
           R"("],"LayerSources":{")" + kDiff + R"(":{"digest":"sha256:)" + tar::sha256_hex(kLayer) +
           R"(","size":)" + size + "}}}]";
  };
  {
    Received r;
    TarBuilder b;
    blob(blob(b, kConfig), kLayer).file("manifest.json", saved(std::to_string(kLayer.size())));
    CHECK(r.describe_all(b));
  }
  {
    Received r;
    TarBuilder b;
    blob(blob(b, kConfig), kLayer).file("manifest.json", saved("3"));
    CHECK_FALSE(r.describe_all(b));
  }
  {
    Received r;
    TarBuilder b;
    blob(b, kConfig)
        .file("blobs/sha256/" + tar::sha256_hex(kLayer), "other")
        .file("manifest.json", saved("5"));
    CHECK_FALSE(r.describe_all(b));
  }
  {
    Received r;
    TarBuilder b;
    blob(b, kLayer)
        .file("blobs/sha256/" + tar::sha256_hex(kConfig), kConfig + " ")
        .file("manifest.json", saved("9"));
    CHECK_FALSE(r.describe_all(b));
  }
}

TEST_CASE("nothing stays in the staging folder") {
  std::string path;
  {
    Received r;
    TarBuilder b;
    REQUIRE_FALSE(r.describe_all(b.file("x", std::string(3'000'000, 'x'))));
    path = r.staging->name("x");
    r.staging.reset();
    CHECK_FALSE(path_exists(path.substr(0, path.rfind('/'))));
  }
}
