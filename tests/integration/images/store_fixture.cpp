#include "tests/integration/images/store_fixture.hpp"

#include <filesystem>

namespace hexad::images {

std::size_t TestStore::leftovers() const {
  std::size_t n = 0;
  for (const auto& below : {paths.layers(), paths.blobs(), paths.tmp()}) {
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(below)) ++n;
  }
  return n;
}

std::string digest_list(const std::vector<std::string>& layers) {
  std::string list;
  for (const auto& layer : layers)
    list += (list.empty() ? "" : ",") + ("\"sha256:" + tar::sha256_hex(layer) + "\"");
  return list;
}

std::string TestImage::config() const {
  return R"({"architecture":"amd64","os":"linux","created":"2024-01-02T03:04:05.000000006Z","config":{)" +
         config_extra + R"("Cmd":["/bin/x"]},"rootfs":{"type":"layers","diff_ids":[)" +
         digest_list(layers) + "]}}";
}

std::string docker_archive(const std::vector<TestImage>& images) {
  support::TarBuilder out;
  std::string manifest;
  for (const auto& image : images) {
    out.file(image.id() + ".json", image.config());
    std::string paths, tags;
    for (const auto& layer : image.layers) {
      const auto path = tar::sha256_hex(layer + "v1") + "/layer.tar";
      out.file(path, layer);
      paths += (paths.empty() ? "\"" : ",\"") + path + "\"";
    }
    for (const auto& tag : image.tags) tags += (tags.empty() ? "\"" : ",\"") + tag + "\"";
    manifest +=
        (manifest.empty() ? "" : ",") + (R"({"Config":")" + image.id() + R"(.json","RepoTags":[)" +
                                         tags + R"(],"Layers":[)" + paths + "]}");
  }
  return out.file("manifest.json", "[" + manifest + "]").done();
}

std::string oci_archive(const TestImage& image) {
  support::TarBuilder out;
  const auto blob = [&](const std::string& bytes) {
    out.file("blobs/sha256/" + tar::sha256_hex(bytes), bytes);
    return R"("digest":"sha256:)" + tar::sha256_hex(bytes) + R"(","size":)" +
           std::to_string(bytes.size());
  };
  std::string layers;
  for (const auto& layer : image.layers)
    layers += (layers.empty() ? "{" : ",{") +
              (R"("mediaType":"application/vnd.oci.image.layer.v1.tar",)" + blob(layer)) + "}";
  const auto manifest =
      R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",)" +
      blob(image.config()) + R"(},"layers":[)" + layers + "]}";
  const auto described = blob(manifest);
  std::string annotations;
  if (!image.tags.empty())
    annotations = R"(,"annotations":{"io.containerd.image.name":")" + image.tags.front() + "\"}";
  out.file(
      "index.json",
      R"({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",)" +
          described + annotations + "}]}");
  out.file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  return out.done();
}

}  // namespace hexad::images
