// Loading, importing, naming, removing, restarting.
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/json/value.hpp"
#include "tests/integration/images/store_fixture.hpp"

using namespace hexad;
using namespace hexad::images;
using support::TarBuilder;
namespace fs = std::filesystem;

namespace {

const std::string kOne = TarBuilder().dir("bin/").file("bin/x", "#!x", 0755).done();
const std::string kTwo = TarBuilder().file("etc/two", "2").done();

std::vector<std::string> all_tags(Service& service) {
  std::vector<std::string> tags;
  const auto list = service.list({});
  REQUIRE(list);
  for (const auto& image : *list)
    tags.insert(tags.end(), image.repo_tags.begin(), image.repo_tags.end());
  return tags;
}

std::string run(const std::string& command) {
  auto* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char buffer[65536];
  while (const auto n = ::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  ::pclose(pipe);
  return out;
}

}  // namespace

TEST_CASE("a docker save archive is loaded under its names") {
  if (!support::need_root()) return;
  TestStore store;
  const TestImage image{{kOne, kTwo}, {"hxt/app:1", "hxt/app:2"}, R"("Env":["A=b"],"User":"u",)"};
  REQUIRE(store.load(docker_archive({image}), false));
  REQUIRE(store.lines.size() >= 4);
  CHECK(store.lines[store.lines.size() - 2] == R"({"stream":"Loaded image: hxt/app:1\n"})");
  CHECK(store.lines[0].find("\"Loading layer\"") != std::string::npos);
  const auto runnable = store.service->resolve("hxt/app:2");
  REQUIRE(runnable);
  CHECK(runnable->id == "sha256:" + image.id());
  CHECK(runnable->config.user == "u");
  CHECK(runnable->config.env == std::vector<std::string>{"A=b"});
  REQUIRE(runnable->layers.size() == 2);
  CHECK(*read_file(runnable->layers[0] + "/etc/two") == "2");
  CHECK(*read_file(runnable->layers[1] + "/bin/x") == "#!x");
  CHECK(*read_file(store.paths.blobs() + "/" + image.id()) == image.config());
  CHECK(*read_file(store.paths.blobs() + "/" + tar::sha256_hex(kOne)) == kOne);
  CHECK(store.service->resolve(image.id()));
  CHECK(store.service->resolve(image.id().substr(0, 8)));
  CHECK(store.service->resolve("docker.io/hxt/app:1"));
  CHECK(store.service->resolve("hxt/app").error().message == "No such image: hxt/app:latest");
  CHECK(store.service->resolve("hxt/app").error().code == Code::not_found);
  CHECK(store.service->resolve("UPPER").error().code == Code::invalid_argument);
  const auto inspect = store.service->inspect("hxt/app:1");
  REQUIRE(inspect);
  CHECK(inspect->size == 4);
  CHECK(inspect->created == 1704164645000000006);
  CHECK(inspect->layers.size() == 2);
  CHECK(store.leftovers() == 5);
}

TEST_CASE("an image without a name is loaded by its id") {
  if (!support::need_root()) return;
  TestStore store;
  const TestImage image{{kOne}, {}, ""};
  REQUIRE(store.load(docker_archive({image})));
  REQUIRE(store.lines.size() == 1);
  CHECK(store.lines[0] == R"({"stream":"Loaded image ID: sha256:)" + image.id() + R"(\n"})");
}

TEST_CASE("an OCI layout is loaded, its sizes and digests checked") {
  if (!support::need_root()) return;
  TestStore store;
  const TestImage image{{kOne, kTwo}, {"docker.io/library/hxt-oci:3"}, ""};
  const auto archive = oci_archive(image);
  auto loaded = store.load(archive);
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  CHECK(store.service->resolve("hxt-oci:3"));
  REQUIRE(store.service->remove("hxt-oci:3", false, false));
  CHECK(store.leftovers() == 0);

  auto wrong_size = archive;
  const auto size = "\"size\":" + std::to_string(kTwo.size());
  wrong_size.replace(wrong_size.find(size), size.size(),
                     "\"size\":" + std::to_string(kTwo.size() - 1));
  CHECK_FALSE(store.load(wrong_size));
  auto wrong_bytes = archive;
  wrong_bytes[wrong_bytes.find("#!x")] = '?';
  auto refused = store.load(wrong_bytes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("expected sha256:") != std::string::npos);
  CHECK(store.leftovers() == 0);
}

TEST_CASE("layers with a wrong diff id are refused and leave nothing") {
  if (!support::need_root()) return;
  TestStore store;
  auto archive = docker_archive({{{kOne, kTwo}, {"hxt:1"}, ""}});
  archive[archive.find("#!x")] = '?';
  const auto r = store.load(archive);
  REQUIRE_FALSE(r);
  CHECK(r.error().message.starts_with("invalid diffID for layer 0: expected \"sha256:"));
  CHECK(store.leftovers() == 0);
  CHECK(store.service->count() == 0);
  CHECK(store.lines.empty());
}

TEST_CASE("broken archives are refused and leave nothing") {
  if (!support::need_root()) return;
  TestStore store;
  const auto good = docker_archive({{{kOne, kTwo}, {"hxt:1"}, ""}});
  for (std::size_t size = 0; size < good.size() - 1024; size += 1111) {
    const auto r = store.load(good.substr(0, size));
    INFO(size);
    REQUIRE_FALSE(r);
    CHECK(store.leftovers() == 0);
  }
  const auto with_manifest = [](const std::string& json) {
    return TarBuilder().file("manifest.json", json).done();
  };
  for (const auto* json :
       {"", "{}", "null", "[null]", "[1]", "[{}]", "[{\"Config\":5}]", "[{\"Config\":\"x\"}]",
        "[{\"Config\":\"../x\",\"Layers\":[]}]", "[[[["}) {
    INFO(json);
    CHECK_FALSE(store.load(with_manifest(json)));
  }
  CHECK(store.load(TarBuilder().file("f", "x").done()).error().message ==
        "invalid archive: does not contain a manifest.json");
  const auto with_config = [](const std::string& config, const std::string& layers = "") {
    return TarBuilder()
        .file("c.json", config)
        .file("l.tar", kOne)
        .file("manifest.json",
              R"([{"Config":"c.json","RepoTags":["hxt:1"],"Layers":[)" + layers + "]}]")
        .done();
  };
  for (const auto* config :
       {"", "null", "{}", "[]", "{\"rootfs\":null}", "{\"rootfs\":{\"diff_ids\":5}}",
        "{\"rootfs\":{\"diff_ids\":[\"sha256:x\"]}}",
        "{\"os\":\"windows\",\"rootfs\":{\"diff_ids\":[]}}",
        "{\"config\":5,\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"}) {
    INFO(config);
    CHECK_FALSE(store.load(with_config(config)));
  }
  // Null is what an image without settings has.
  CHECK(store.load(with_config(R"({"config":null,"rootfs":{"type":"layers","diff_ids":[]}})")));
  CHECK_FALSE(
      store.load(with_config(R"({"rootfs":{"type":"layers","diff_ids":[]}})", "\"l.tar\"")));
  CHECK(store.service->count() == 1);
}

TEST_CASE("layers that are links in an old save are found") {
  if (!support::need_root()) return;
  TestStore store;
  const TestImage image{{kOne}, {}, ""};
  TarBuilder b;
  b.file("b/layer.tar", kOne)
      .symlink("a/layer.tar", "../b/layer.tar")
      .file("c.json", image.config());
  b.file("manifest.json", R"([{"Config":"c.json","RepoTags":null,"Layers":["a/layer.tar"]}])");
  auto r = store.load(b.done());
  INFO((r ? "" : r.error().message));
  CHECK(r);
  TarBuilder loop;
  loop.symlink("a/layer.tar", "../b/layer.tar")
      .symlink("b/layer.tar", "../a/layer.tar")
      .file("c.json", image.config());
  loop.file("manifest.json", R"([{"Config":"c.json","RepoTags":null,"Layers":["a/layer.tar"]}])");
  TestStore other;
  CHECK_FALSE(other.load(loop.done()));
}

TEST_CASE("compressed layers and archives are loaded; their blobs stay as they came") {
  if (!support::need_root()) return;
  const TestImage image{{kOne}, {}, ""};
  for (const auto* tool : {"gzip -c", "zstd -qc", "xz -c", "bzip2 -c"}) {
    INFO(tool);
    TestStore store;
    store.folder.write("layer", kOne);
    const auto packed = run(std::string(tool) + " < " + store.folder.path() + "/layer 2>/dev/null");
    if (packed.empty()) continue;
    const auto archive = TarBuilder()
                             .file("l", packed)
                             .file("c.json", image.config())
                             .file("manifest.json", R"([{"Config":"c.json","Layers":["l"]}])")
                             .done();
    store.folder.write("archive", archive);
    const auto whole = run(std::string(tool) + " < " + store.folder.path() + "/archive");
    auto r = store.load(whole);
    INFO((r ? "" : r.error().message));
    REQUIRE(r);
    CHECK(*read_file(store.paths.blobs() + "/" + tar::sha256_hex(packed)) == packed);
    CHECK(*read_file(store.service->resolve(image.id())->layers[0] + "/bin/x") == "#!x");
  }
}

TEST_CASE("layers are shared and go with their last image") {
  if (!support::need_root()) return;
  TestStore store;
  REQUIRE(store.load(docker_archive({{{kOne, kTwo}, {"hxt-a:1"}, ""}, {{kOne}, {"hxt-b:1"}, ""}})));
  CHECK(std::distance(fs::directory_iterator(store.paths.layers()), fs::directory_iterator()) == 2);
  auto items = store.service->remove("hxt-a:1", false, false);
  REQUIRE(items);
  REQUIRE(items->size() == 3);
  CHECK((*items)[0].untagged == "hxt-a:1");
  CHECK((*items)[1].deleted.starts_with("sha256:"));
  CHECK((*items)[2].deleted == "sha256:" + tar::sha256_hex("sha256:" + tar::sha256_hex(kOne) +
                                                           " sha256:" + tar::sha256_hex(kTwo)));
  CHECK(fs::exists(store.paths.layers() + "/" + tar::sha256_hex(kOne)));
  CHECK_FALSE(fs::exists(store.paths.layers() + "/" + tar::sha256_hex(kTwo)));
  items = store.service->remove("hxt-b:1", false, false);
  REQUIRE(items);
  CHECK(items->size() == 3);
  CHECK(store.leftovers() == 0);
}

TEST_CASE("a name moves to the image that is loaded last") {
  if (!support::need_root()) return;
  TestStore store;
  const TestImage first{{kOne}, {"hxt:1"}, ""}, second{{kTwo}, {"hxt:1"}, ""};
  REQUIRE(store.load(docker_archive({first})));
  REQUIRE(store.load(docker_archive({second})));
  REQUIRE(store.lines.size() == 2);
  CHECK(store.lines[0] ==
        R"({"stream":"The image hxt:1 already exists, renaming the old one with ID sha256:)" +
            first.id() + R"( to empty string\n"})");
  const auto list = store.service->list({});
  REQUIRE(list->size() == 2);
  CHECK(store.service->resolve("hxt:1")->id == "sha256:" + second.id());
  auto pruned = store.service->prune({});
  REQUIRE(pruned);
  CHECK(pruned->items.front().deleted == "sha256:" + first.id());
  CHECK(pruned->reclaimed == 3);
  CHECK(store.service->count() == 1);
}

TEST_CASE("removal: names, ids, force and containers") {
  if (!support::need_root()) return;
  TestStore store;
  FakeUsers users;
  store.service->set_users(&users);
  const TestImage image{{kOne}, {"hxt:1", "hxt:2"}, ""};
  REQUIRE(store.load(docker_archive({image})));
  const auto id = "sha256:" + image.id();
  const auto shortened = image.id().substr(0, 12);

  auto r = store.service->remove(image.id(), false, false);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == Code::conflict);
  CHECK(r.error().message ==
        "conflict: unable to delete " + shortened +
            " (must be forced) - image is referenced in multiple repositories");
  r = store.service->remove("hxt:2", false, false);
  REQUIRE(r);
  CHECK(r->size() == 1);

  const std::string container(64, 'c');
  users.uses = {{id, {container, false}}};
  r = store.service->remove("hxt:1", false, false);
  REQUIRE_FALSE(r);
  CHECK(r.error().message ==
        "conflict: unable to remove repository reference \"hxt:1\" (must force) - container "
        "cccccccccccc is using its referenced image " +
            shortened);
  r = store.service->remove(shortened, false, false);
  CHECK(r.error().message ==
        "conflict: unable to delete " + shortened +
            " (must be forced) - image is being used by stopped container cccccccccccc");
  users.uses = {{id, {container, true}}};
  r = store.service->remove(shortened, true, false);
  CHECK(r.error().message ==
        "conflict: unable to delete " + shortened +
            " (cannot be forced) - image is being used by running container cccccccccccc");
  // By force a running container loses the name of its image, not the image.
  r = store.service->remove("hxt:1", true, false);
  REQUIRE(r);
  CHECK(r->size() == 1);
  CHECK(store.service->inspect(id));
  REQUIRE(store.service->tag(id, "hxt", "1"));

  users.uses = {{id, {container, false}}};
  r = store.service->remove("hxt:1", true, false);
  REQUIRE(r);
  CHECK(r->size() == 2);
  CHECK_FALSE(store.service->inspect(id));
  CHECK(store.service->count() == 0);
  // The container still starts.
  REQUIRE(store.service->resolve(id));
  CHECK(fs::exists(store.service->resolve(id)->layers[0] + "/bin/x"));
  store.stop();
  store.start();
  REQUIRE(store.service->resolve(id));
  users.uses.clear();
  store.service->set_users(&users);
  CHECK_FALSE(store.service->resolve(id));
  CHECK(store.leftovers() == 0);
  CHECK(store.service->remove("hxt:1", false, false).error().message == "No such image: hxt:1");
}

TEST_CASE("an import has Docker's document") {
  if (!support::need_root()) return;
  TestStore store;
  auto id = store.import(kOne, "hxt-imp:1", {"CMD [\"/bin/x\"]", "ENV A=1"});
  REQUIRE(id);
  const auto inspect = store.service->inspect("hxt-imp:1");
  REQUIRE(inspect);
  CHECK(inspect->id == *id);
  CHECK(inspect->comment == "Imported from -");
  CHECK(inspect->os == "linux");
  CHECK(inspect->config.cmd == std::vector<std::string>{"/bin/x"});
  CHECK(inspect->layers == std::vector<std::string>{"sha256:" + tar::sha256_hex(kOne)});
  CHECK(tar::sha256_hex(*read_file(store.paths.blobs() + "/" + id->substr(7))) == id->substr(7));
  const auto history = store.service->history("hxt-imp:1");
  REQUIRE(history);
  REQUIRE(history->size() == 1);
  CHECK(history->front().size == 3);
  CHECK(history->front().tags == std::vector<std::string>{"hxt-imp:1"});
  CHECK(store.import(kOne, "x@sha256:" + std::string(64, 'a')).error().message ==
        "cannot import digest reference");
  CHECK(store.import(kOne, "hxt:2", {"RUN x"}).error().message ==
        "run is not a valid change command");
  for (const std::size_t size : {1U, 600U, 1100U})
    CHECK_FALSE(store.import(kOne.substr(0, size), "hxt:2"));
  CHECK(all_tags(*store.service) == std::vector<std::string>{"hxt-imp:1"});
  CHECK(store.leftovers() == 3);
}

TEST_CASE("what is saved loads again as the same image") {
  if (!support::need_root()) return;
  TestStore store, other;
  const TestImage image{{kOne, kTwo}, {"hxt:1", "hxt:2"}, R"("Labels":{"a":"b"},)"};
  REQUIRE(store.load(docker_archive({image})));
  std::string saved;
  const Sink sink = [&](std::string_view bytes) -> Result<> {
    saved += bytes;
    return {};
  };
  REQUIRE(store.service->save({"hxt:1", "hxt:2"}, sink));
  auto r = other.load(saved);
  INFO((r ? "" : r.error().message));
  REQUIRE(r);
  CHECK(other.lines.size() == 2);
  CHECK(other.service->resolve("hxt:2")->id == "sha256:" + image.id());
  // As an OCI layout, without docker's description.
  for (auto at = saved.find("manifest.json"); at != std::string::npos;
       at = saved.find("manifest.json", at + 1)) {
    if (at % 512 == 0)
      saved.replace(at, 512, TarBuilder::sealed([&] {
                      auto h = saved.substr(at, 512);
                      h[0] = 'x';
                      return h;
                    }()));
  }
  TestStore third;
  r = third.load(saved);
  INFO((r ? "" : r.error().message));
  REQUIRE(r);
  CHECK(third.service->resolve("hxt:1")->id == "sha256:" + image.id());
  const auto written = saved.size();
  CHECK(store.service->save({"hxt:1", "nope"}, sink).error().message ==
        "No such image: nope:latest");
  CHECK(saved.size() == written);
}

TEST_CASE("everything is there after a restart; leftovers and orphans are not") {
  if (!support::need_root()) return;
  TestStore store;
  const TestImage image{{kOne, kTwo}, {"hxt:1"}, ""};
  REQUIRE(store.load(docker_archive({image})));
  store.stop();
  fs::create_directories(store.paths.tmp() + "/image-dead/x");
  fs::create_directories(store.paths.layers() + "/" + std::string(64, 'a'));
  std::ofstream(store.paths.blobs() + "/" + std::string(64, 'b')) << "x";
  // A layer that somebody removed comes back from its blob.
  fs::remove_all(store.paths.layers() + "/" + tar::sha256_hex(kTwo));
  store.start();
  CHECK(store.leftovers() == 5);
  CHECK(*read_file(store.service->resolve("hxt:1")->layers[0] + "/etc/two") == "2");
}

TEST_CASE("after a power cut layers are unpacked again; damaged images are dropped") {
  if (!support::need_root()) return;
  TestStore store;
  REQUIRE(store.load(docker_archive({{{kOne}, {"hxt-good:1"}, ""}, {{kTwo}, {"hxt-bad:1"}, ""}})));
  const auto good = store.paths.layers() + "/" + tar::sha256_hex(kOne);
  REQUIRE(store.database->execute("UPDATE layers SET unsynced = 'another boot'"));
  store.stop();
  std::ofstream(good + "/bin/x", std::ios::trunc) << "";
  std::ofstream(store.paths.blobs() + "/" + tar::sha256_hex(kTwo), std::ios::trunc) << "";
  store.start();
  CHECK(*read_file(good + "/bin/x") == "#!x");
  CHECK(all_tags(*store.service) == std::vector<std::string>{"hxt-good:1"});
  CHECK(store.leftovers() == 3);
}

TEST_CASE("many at once") {
  if (!support::need_root()) return;
  TestStore store;
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const TestImage image{{kOne, kTwo},
                              {"hxt:" + std::to_string(t)},
                              "\"User\":\"" + std::to_string(t % 2) + "\","};
        const auto loaded = store.service->load(support::source_of(docker_archive({image})), true,
                                                [](std::string_view) -> Result<> { return {}; });
        if (!loaded) ++failed;
        const auto runnable = store.service->resolve(image.tags[0]);
        if (!runnable || !fs::exists(runnable->layers[0] + "/etc/two")) ++failed;
        if (!store.service->remove(image.tags[0], false, false)) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(store.service->count() == 0);
  CHECK(store.leftovers() == 0);
}

TEST_CASE("looking an image up takes microseconds") {
  if (!support::need_root()) return;
  TestStore store;
  REQUIRE(store.load(docker_archive({{{kOne, kTwo}, {"hxt:1"}, ""}})));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) REQUIRE(store.service->resolve("hxt:1"));
  const auto each =
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() /
      1000;
  std::cout << "resolve: " << each << " us\n";
  CHECK(each < 200);  // far above what it takes without optimisation
}
