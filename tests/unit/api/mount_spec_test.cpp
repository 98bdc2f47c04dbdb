#include "api/mount_spec.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::api;

TEST_CASE("bind specifications") {
  const auto bind = parse_bind("/a/../b/:/c//d/:ro,rslave,Z");
  REQUIRE(bind);
  CHECK_FALSE(bind->volume);
  CHECK(bind->source == "/b");
  CHECK(bind->target == "/c/d");
  CHECK(bind->mode == "ro,rslave,Z");
  CHECK((bind->read_only && bind->propagation == "rslave" && bind->label == 'Z'));

  const auto volume = parse_bind("data:/var/lib:nocopy,z");
  REQUIRE(volume);
  CHECK((volume->volume && volume->no_copy && !volume->read_only && volume->label == 'z'));
  CHECK(volume->source == "data");

  const auto anonymous = parse_bind("/cache");
  REQUIRE(anonymous);
  CHECK((anonymous->volume && anonymous->source.empty() && anonymous->target == "/cache"));
  CHECK(parse_bind("/a:/b:cached"));
}

TEST_CASE("wrong specifications have Docker's texts") {
  const std::pair<const char*, const char*> cases[] = {
      {"a:b:c:d", "invalid volume specification: 'a:b:c:d'"},
      {"", "invalid volume specification: ''"},
      {"/",
       "invalid volume specification: '/': invalid mount config for type \"volume\": invalid "
       "specification: "
       "destination can't be '/'"},
      {"x",
       "invalid volume specification: 'x': invalid mount config for type \"volume\": invalid mount "
       "path: 'x' mount "
       "path must be absolute"},
      {"/a:/",
       "invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid "
       "specification: "
       "destination can't be '/'"},
      {"/a:b",
       "invalid volume specification: '/a:b': invalid mount config for type \"bind\": invalid "
       "mount path: 'b' mount "
       "path must be absolute"},
      {"/a:/b:foo", "invalid mode: foo"},
      {"/a:/b:ro,rw", "invalid mode: ro,rw"},
      {"/a:/b:Z,z", "invalid mode: Z,z"},
      {"/a:/b:rshared,rslave", "invalid mode: rshared,rslave"},
      {"/a:/b:z,nocopy",
       "invalid volume specification: '/a:/b:z,nocopy': invalid mount config for type \"bind\": "
       "field VolumeOptions "
       "must not be specified"},
      {"v:/b:rshared",
       "invalid volume specification: 'v:/b:rshared': invalid mount config for type \"volume\": "
       "field BindOptions "
       "must not be specified"},
      {":/b", "invalid volume specification: ':/b'"},
      {"/a:", "invalid volume specification: '/a:'"},
      {"x:/b:ro:", "invalid volume specification: 'x:/b:ro:'"},
      {"/b/../:ro", "invalid volume specification: '/b/../:ro'"},
      {"/a:..",
       "invalid volume specification: '/a:..': invalid mount config for type \"bind\": invalid "
       "mount path: '..' mount "
       "path must be absolute"},
  };
  for (const auto& [spec, text] : cases) {
    INFO(spec);
    const auto parsed = parse_bind(spec);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message == text);
    CHECK(parsed.error().code == Code::invalid_argument);
  }
}

TEST_CASE("entries of Mounts are checked by type") {
  Mount mount;
  mount.type = "bind";
  mount.target = "/x";
  CHECK(check_mount(mount).error().message ==
        "invalid mount config for type \"bind\": field Source must not be empty");
  mount.source = "/y";
  CHECK(check_mount(mount));
  mount.bind_options.emplace().propagation = "foo";
  CHECK(check_mount(mount).error().message.ends_with("invalid propagation mode: foo"));
  mount.type = "volume";
  CHECK(check_mount(mount).error().message.ends_with("field BindOptions must not be specified"));
  mount.bind_options.reset();
  mount.source.clear();
  mount.read_only = true;
  CHECK(check_mount(mount).error().message.ends_with(
      "must not set ReadOnly mode when using anonymous volumes"));
  mount.source = "v";
  mount.volume_options.emplace().subpath = "../x";
  CHECK_FALSE(check_mount(mount));
  mount.volume_options->subpath = "a/../b";
  CHECK(check_mount(mount));
  mount.volume_options.reset();
  mount.type = "tmpfs";
  CHECK(check_mount(mount).error().message.ends_with("field Source must not be specified"));
  mount.source.clear();
  CHECK(check_mount(mount));
  mount.type = "foo";
  CHECK(check_mount(mount).error().message ==
        "invalid mount config for type \"foo\": mount type unknown");
  mount.type = "tmpfs";
  mount.target.clear();
  CHECK(check_mount(mount).error().message.ends_with("field Target must not be empty"));
}

TEST_CASE("paths are cleaned as Go does") {
  CHECK(clean_path("") == ".");
  CHECK(clean_path("/") == "/");
  CHECK(clean_path("//a//b/./../c/") == "/a/c");
  CHECK(clean_path("/../..") == "/");
  CHECK(clean_path("../a/..") == "..");
  CHECK(clean_path("a/../../b") == "../b");
}
