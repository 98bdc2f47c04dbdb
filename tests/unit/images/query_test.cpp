#include "daemon/images/query.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/images/catalog_fixture.hpp"

using namespace hexad;
using namespace hexad::images;

namespace {

std::string names(const Catalog& catalog,
                  std::map<std::string, std::vector<std::string>, std::less<>> filters,
                  bool all = false) {
  api::ImageListQuery query;
  query.all = all;
  query.filters.values = std::move(filters);
  const auto list = list_images(catalog, query, nullptr);
  if (!list) return list.error().message;
  std::string out;
  for (const auto& image : *list) {
    out += image.id.substr(7, 1);
    for (const auto& tag : image.repo_tags) out += " " + tag;
    out += ";";
  }
  return out;
}

Filled sample() {
  Filled catalog;
  catalog.put('a', {{"app", "1"}, {"app", "2"}, {"host:5000/team/app", "1"}}, 10);
  catalog.put('b', {}, 20);
  catalog.put('c', {{"base", "latest"}}, 30);
  return catalog;
}

}  // namespace

TEST_CASE("the newest image comes first, its names sorted") {
  CHECK(names(sample(), {}) == "c base:latest;b;a app:1 app:2 host:5000/team/app:1;");
}

TEST_CASE("filters") {
  const auto catalog = sample();
  CHECK(names(catalog, {{"dangling", {"true"}}}) == "b;");
  CHECK(names(catalog, {{"dangling", {"false"}}}) ==
        "c base:latest;a app:1 app:2 host:5000/team/app:1;");
  CHECK(names(catalog, {{"reference", {"app"}}}) == "a app:1 app:2;");
  CHECK(names(catalog, {{"reference", {"*:1"}}}) == "a app:1;");
  CHECK(names(catalog, {{"reference", {"*/*/app"}}}) == "a host:5000/team/app:1;");
  CHECK(names(catalog, {{"reference", {"app:2", "base"}}}) == "c base:latest;a app:2;");
  CHECK(names(catalog, {{"label", {"l=a"}}}) == "a app:1 app:2 host:5000/team/app:1;");
  CHECK(names(catalog, {{"before", {"base"}}}) == "b;a app:1 app:2 host:5000/team/app:1;");
  CHECK(names(catalog, {{"since", {"app:1"}}}) == "c base:latest;b;");
  CHECK(names(catalog, {{"until", {"20"}}}) == "b;a app:1 app:2 host:5000/team/app:1;");
  CHECK(names(catalog, {{"before", {"nope"}}}) == "No such image: nope:latest");
  CHECK(names(catalog, {{"foo", {"x"}}}).find("invalid filter") != std::string::npos);
}

TEST_CASE("an unnamed parent is shown only when all are asked for") {
  auto catalog = sample();
  catalog.put('d', {{"child", "1"}}, 40, id_of('b'));
  CHECK(names(catalog, {}) == "d child:1;c base:latest;a app:1 app:2 host:5000/team/app:1;");
  CHECK(names(catalog, {}, true) ==
        "d child:1;c base:latest;b;a app:1 app:2 host:5000/team/app:1;");
}

TEST_CASE("sizes: what other images have too is shared") {
  const auto catalog = sample();
  api::ImageListQuery query;
  CHECK(list_images(catalog, query, nullptr)->front().shared_size == -1);
  query.shared_size = true;
  CHECK(list_images(catalog, query, nullptr)->front().shared_size == 5);
  CHECK(list_images(catalog, query, nullptr)->front().size == 10);
}

TEST_CASE("history is told from the top, empty layers without a size") {
  const auto catalog = sample();
  const auto items = history_of(catalog, **catalog.find("base"));
  REQUIRE(items.size() == 3);
  CHECK(items[0].id == "sha256:" + id_of('c'));
  CHECK(items[0].created_by == "top");
  CHECK(items[0].size == 5);
  CHECK(items[0].tags == std::vector<std::string>{"base:latest"});
  CHECK(items[1].size == 0);
  CHECK(items[1].id == "<missing>");
  CHECK(items[2].size == 5);
}

TEST_CASE("inspect names the layers' folders") {
  const auto catalog = sample();
  const auto out = inspect_image(catalog, **catalog.find("base"), kPaths);
  CHECK(out.graph_driver.data.at("UpperDir") == "/data/layers/" + id_of('3'));
  CHECK(out.graph_driver.data.at("LowerDir") == "/data/layers/" + id_of('0'));
  CHECK(out.layers == std::vector<std::string>{"sha256:" + id_of('0'), "sha256:" + id_of('3')});
  CHECK(out.repo_tags == std::vector<std::string>{"base:latest"});
}
