#include "daemon/images/names.hpp"

#include <catch2/catch.hpp>

#include "daemon/images/layer_tree.hpp"

using namespace hexad::images;

TEST_CASE("names are familiar, with latest where no tag is given") {
  CHECK(parse_name("docker.io/library/nginx")->tagged() == TagName{"nginx", "latest"});
  CHECK(parse_name("localhost:5000/team/app:2")->tagged() ==
        TagName{"localhost:5000/team/app", "2"});
  CHECK(parse_name("nginx")->text() == "nginx:latest");
  const auto digest = "nginx@sha256:" + std::string(64, 'a');
  CHECK(parse_name(digest)->text() == digest);
  CHECK(full_name({"nginx", "1"}) == "docker.io/library/nginx:1");
  CHECK_FALSE(parse_name("Nginx"));
  CHECK_FALSE(parse_name(""));
}

TEST_CASE("a repository and a tag given apart") {
  CHECK(*parse_tag_name("a", "1") == TagName{"a", "1"});
  CHECK(*parse_tag_name("a:2", "") == TagName{"a", "2"});
  CHECK(*parse_tag_name("a", "") == TagName{"a", "latest"});
  CHECK_FALSE(parse_tag_name("a", "not a tag"));
  CHECK_FALSE(parse_tag_name("a@sha256:" + std::string(64, 'a'), ""));
}

TEST_CASE("paths of an archive are cleaned by name and never lead above the root") {
  CHECK(*clean_path("./a//b/../c/") == "a/c");
  CHECK(*clean_path("/a") == "a");
  CHECK(clean_path("./")->empty());
  CHECK(clean_path("a/..")->empty());
  CHECK(*clean_path("..a/.../b..") == "..a/.../b..");
  for (const auto* path : {"..", "../a", "a/../..", "/../a", "a/b/../../../c"})
    CHECK_FALSE(clean_path(path));
  CHECK(split_path("a/b/c") == std::pair<std::string_view, std::string_view>{"a/b", "c"});
  CHECK(split_path("c") == std::pair<std::string_view, std::string_view>{"", "c"});
}
