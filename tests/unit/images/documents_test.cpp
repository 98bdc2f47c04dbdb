#include "daemon/images/documents.hpp"

#include <catch2/catch.hpp>

using namespace hexad::images;

namespace {
const std::string kDigest(64, 'a');
const std::string kFull = "sha256:" + kDigest;
}  // namespace

TEST_CASE("digests are sha256 and lower case") {
  CHECK(*parse_digest(kFull) == kDigest);
  for (const auto& text :
       {kDigest, "sha512:" + kDigest, "sha256:" + kDigest + "a", "sha256:" + std::string(64, 'A'),
        std::string("sha256:../") + kDigest, std::string()})
    CHECK_FALSE(parse_digest(text));
}

TEST_CASE("an image config is read with what Docker adds") {
  const auto file = parse_config(
      R"({"architecture":"arm64","variant":"v8","os":"linux","author":"me","comment":"c","docker_version":"9",
    "created":"2020-01-01T00:00:00Z","config":{"Cmd":["a"],"Labels":null},"history":[{"created_by":"x","empty_layer":true},{"comment":"y"}],
    "rootfs":{"type":"layers","diff_ids":[")" +
      kFull + R"("]},"unknown":{"deep":[1]}})");
  REQUIRE(file);
  CHECK(file->architecture == "arm64");
  CHECK(file->variant == "v8");
  CHECK(file->created == 1577836800000000000);
  CHECK(file->diff_ids == std::vector<std::string>{kDigest});
  CHECK(*file->config.cmd == std::vector<std::string>{"a"});
  REQUIRE(file->history.size() == 2);
  CHECK(file->history[0].empty_layer);
}

TEST_CASE("what import writes is read back the same") {
  ConfigFile file;
  file.architecture = "amd64";
  file.os = "linux";
  file.comment = "Imported from -";
  file.created = 1700000000123456789;
  file.config.user = "u";
  file.config.cmd = std::vector<std::string>{"a", "b\"\n"};
  file.diff_ids = {kDigest};
  file.history.push_back({file.created, "", "Imported from -", "", false});
  const auto json = write_config(file);
  const auto again = parse_config(json);
  REQUIRE(again);
  CHECK(again->created == file.created);
  CHECK(again->config.cmd == file.config.cmd);
  CHECK(again->config.user == "u");
  CHECK(again->diff_ids == file.diff_ids);
  CHECK(again->history.size() == 1);
  CHECK(write_config(*again) == json);
}

TEST_CASE("wrong kinds in a config are refused") {
  for (const auto* json : {"", "5", "[]", "{}", R"({"rootfs":[]})", R"({"rootfs":{"type":"tree"}})",
                           R"({"rootfs":{"diff_ids":["x"]}})", R"({"rootfs":{"diff_ids":[5]}})",
                           R"({"os":5,"rootfs":{}})", R"({"created":"never","rootfs":{}})",
                           R"({"history":{},"rootfs":{}})", R"({"history":[5],"rootfs":{}})",
                           R"({"config":[],"rootfs":{}})"}) {
    INFO(json);
    const auto file = parse_config(json);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == hexad::Code::invalid_argument);
  }
}

TEST_CASE("manifests and indexes") {
  const auto manifest =
      parse_manifest(R"({"config":{"digest":")" + kFull + R"(","size":5},"layers":[{"digest":")" +
                     kFull + R"(","size":7,"mediaType":"m"}]})");
  REQUIRE(manifest);
  CHECK(manifest->config.size == 5);
  REQUIRE(manifest->layers.size() == 1);
  CHECK(manifest->layers[0].media_type == "m");
  const auto index = parse_index(
      R"({"manifests":[{"digest":")" + kFull +
      R"(","size":7,"platform":{"os":"linux","architecture":"arm64"},"annotations":{"k":"v"}}]})");
  REQUIRE(index);
  CHECK(index->manifests[0].architecture == "arm64");
  CHECK(index->manifests[0].annotations.at("k") == "v");
  for (const auto* json :
       {"{}", R"({"config":null})", R"({"config":{}})", R"({"config":{"digest":"sha256:x"}})"})
    CHECK_FALSE(parse_manifest(json));
  CHECK_FALSE(parse_index(R"({"manifests":{}})"));
  CHECK_FALSE(parse_index(R"({"manifests":[{"digest":")" + kFull + R"(","size":-7}]})"));
}

TEST_CASE("docker's manifest.json") {
  const auto saved =
      parse_saved(R"([{"Config":"c","RepoTags":["a:1"],"Layers":["l"],"LayerSources":{")" + kFull +
                  R"(":{"digest":")" + kFull + R"(","size":3}}}])");
  REQUIRE(saved);
  REQUIRE(saved->size() == 1);
  CHECK((*saved)[0].layer_sources.at(kFull).size == 3);
  CHECK(parse_saved(R"([{"Config":"c","RepoTags":null,"Layers":null}])"));
  for (const auto* json : {"{}", "[5]", "[{}]", R"([{"Config":"c","Layers":"l"}])",
                           R"([{"Config":"c","Parent":"x"}])"})
    CHECK_FALSE(parse_saved(json));
}
