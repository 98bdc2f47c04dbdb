#include "daemon/volumes/service.hpp"

#include <sys/stat.h>

#include "tests/unit/volumes/world.hpp"

using namespace hexad;
using namespace hexad::volumes;
using volumes::test::World;
using Names = std::vector<std::string>;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  return st.st_mode & 07777;
}

}  // namespace

TEST_CASE("a volume is made, found again and the same for the same name") {
  World world;
  const auto made = world.create("data", {{"a", "b"}});
  CHECK(made.mountpoint == world.paths.volumes() + "/data/_data");
  CHECK(mode_of(world.paths.volumes() + "/data") == 0701);
  CHECK(mode_of(made.mountpoint) == 0755);
  CHECK(world.create("data").created_at == made.created_at);
  world.restart();
  const auto found = world.service->inspect("data");
  REQUIRE(found);
  CHECK(found->labels.at("a") == "b");
  CHECK(found->created_at == made.created_at);
  CHECK_FALSE(found->options.present);
  CHECK(world.service->inspect("nope").error().message == "get nope: no such volume");
}

TEST_CASE("without a name it is anonymous") {
  World world;
  const auto volume = world.create("");
  CHECK(volume.name.size() == 64);
  CHECK(volume.anonymous);
  CHECK(volume.labels.contains("com.docker.volume.anonymous"));
}

TEST_CASE("names, drivers and options are checked with Docker's texts") {
  World world;
  const auto text = [&](api::VolumeCreate request) {
    return world.service->create(request).error();
  };
  api::VolumeCreate request;
  request.name = "-x";
  CHECK(text(request).message ==
        "create -x: \"-x\" includes invalid characters for a local volume name, only "
        "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" "
        "are allowed. If you intended to pass a host directory, use absolute path");
  for (const char* name : {"a/b", "..", "../x", ".hidden", "a b"}) {
    request.name = name;
    CHECK(text(request).code == Code::invalid_argument);
  }
  request.name = "a";
  CHECK(text(request).message ==
        "create a: volume name is too short, names should be at least two alphanumeric characters");
  request.name = std::string(300, 'a');
  CHECK(text(request).code == Code::invalid_argument);
  request.name = "x1";
  request.driver = "foo";
  CHECK(text(request).message ==
        "create x1: error looking up volume plugin foo: plugin \"foo\" not found");
  CHECK(text(request).code == Code::not_found);
  request.driver = "local";
  request.driver_opts["foo"] = "x";
  CHECK(text(request).message == "create x1: invalid option: \"foo\"");
  request.driver_opts.clear();
  request.driver_opts["type"] = "tmpfs";
  CHECK(text(request).message == "create x1: missing required option: \"device\"");
  request.driver_opts["device"] = "tmpfs";
  CHECK(text(request).code == Code::not_implemented);
  CHECK(world.names().empty());
}

TEST_CASE("list filters") {
  World world;
  world.create("alpha", {{"k", "v"}});
  world.create("beta");
  world.users.by_volume["beta"] = {"c1"};
  CHECK(world.names() == Names{"alpha", "beta"});
  CHECK(world.names(R"({"name":["alp"]})") == Names{"alpha"});
  CHECK(world.names(R"({"label":["k=v"]})") == Names{"alpha"});
  CHECK(world.names(R"({"dangling":["true"]})") == Names{"alpha"});
  CHECK(world.names(R"({"dangling":["0"]})") == Names{"beta"});
  CHECK(world.names(R"({"driver":["x"]})").empty());
  CHECK(world.service->list(*api::parse_filters(R"({"foo":["x"]})")).error().message ==
        "invalid filter 'foo'");
}

TEST_CASE("removal: unknown, in use, done") {
  World world;
  world.create("data");
  CHECK(world.service->remove("nope", false).error().code == Code::not_found);
  CHECK(world.service->remove("nope", true));
  world.users.by_volume["data"] = {"c1", "c2"};
  const auto refused = world.service->remove("data", true);
  CHECK(refused.error().code == Code::conflict);
  CHECK(refused.error().message == "remove data: volume is in use - [c1, c2]");
  world.users.by_volume.clear();
  CHECK(world.service->remove("data", false));
  CHECK_FALSE(path_exists(world.paths.volumes() + "/data"));
  CHECK_FALSE(world.service->inspect("data"));
  world.create("data");
}

TEST_CASE("prune takes unused anonymous volumes, with all=1 every unused one") {
  World world;
  const auto anonymous = world.create("");
  const auto used = world.create("");
  world.create("named", {{"keep", "1"}});
  world.users.by_volume[used.name] = {"c"};
  REQUIRE(write_file_atomic(anonymous.mountpoint + "/file", std::string(1000, 'x'), 0644));
  auto pruned = world.service->prune({});
  REQUIRE(pruned);
  CHECK(pruned->volumes_deleted == Names{anonymous.name});
  CHECK(pruned->space_reclaimed == 1000);
  pruned = world.service->prune(*api::parse_filters(R"({"all":["1"],"label!":["keep"]})"));
  CHECK(pruned->volumes_deleted.empty());
  pruned = world.service->prune(*api::parse_filters(R"({"all":["1"]})"));
  CHECK(pruned->volumes_deleted == Names{"named"});
  CHECK(world.service->prune(*api::parse_filters(R"({"name":["x"]})")).error().message ==
        "invalid filter 'name'");
}

TEST_CASE("a volume whose container is not known yet survives a prune") {
  World world;
  const auto volume = world.service->create({});
  REQUIRE(volume);
  CHECK(world.service->prune({})->volumes_deleted.empty());
  world.service->settle(volume->name);
  CHECK(world.service->prune({})->volumes_deleted.size() == 1);
}

TEST_CASE("a start finishes what a crash cut short") {
  World world;
  world.create("half-removed");
  world.create("lost");
  const auto dir = [&](const std::string& name) { return world.paths.volumes() + "/" + name; };
  // Removal: renamed, the row still there.
  REQUIRE(::rename(dir("half-removed").c_str(),
                   (world.paths.trash() + "/volume-half-removed.0123").c_str()) == 0);
  // Somebody removed the directory: the volume stays, empty.
  REQUIRE(remove_tree(dir("lost")));
  // Creation: the directory without a row; and one with content.
  REQUIRE(make_dirs(dir("half-made") + "/_data", 0755));
  REQUIRE(make_dirs(dir("found") + "/_data", 0755));
  REQUIRE(write_file_atomic(dir("found") + "/_data/x", "x", 0644));
  world.restart();
  CHECK(world.names() == Names{"found", "lost"});
  CHECK(path_exists(dir("lost") + "/_data"));
  CHECK_FALSE(path_exists(dir("half-made")));
}
