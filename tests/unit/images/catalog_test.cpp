#include <catch2/catch.hpp>

#include "tests/unit/images/catalog_fixture.hpp"

using namespace hexad;
using namespace hexad::images;

TEST_CASE("an image is found by name, by id and by the beginning of its id") {
  Filled catalog;
  catalog.put('a', {{"app", "latest"}, {"app", "2"}});
  catalog.put('b', {{"beef", "latest"}});
  for (const auto& reference :
       {std::string("app"), std::string("app:2"), std::string("docker.io/library/app"), id_of('a'),
        "sha256:" + id_of('a'), std::string("aaaa"), std::string("sha256:aaaa"),
        std::string("a")}) {
    INFO(reference);
    REQUIRE(catalog.find(reference));
    CHECK((*catalog.find(reference))->id == id_of('a'));
  }
  CHECK(catalog.find("app:3").error().message == "No such image: app:3");
  CHECK(catalog.find("cccc").error().message == "No such image: cccc:latest");
  CHECK(catalog.find(id_of('c')).error().message == "No such image: sha256:" + id_of('c'));
  CHECK(catalog.find("bad name").error().code == Code::invalid_argument);
  CHECK(catalog.find("").error().code == Code::invalid_argument);
}

TEST_CASE("the beginning of two ids names neither; a name goes before an id") {
  Filled catalog;
  Image one, two;
  one.id = "ab" + std::string(62, '1');
  two.id = "ab" + std::string(62, '2');
  catalog.add(one, kPaths);
  catalog.add(two, kPaths);
  CHECK(catalog.find("ab").error().code == Code::not_found);
  CHECK((*catalog.find("ab1"))->id == one.id);
  catalog.tags.emplace(TagName{"ab1", "latest"}, two.id);
  CHECK((*catalog.find("ab1"))->id == two.id);
}

TEST_CASE("layers are listed topmost first, down to the first that hides all others") {
  Filled catalog;
  catalog.put('a', {});
  const auto& layers = (*catalog.find("a"))->runnable.layers;
  CHECK(layers ==
        std::vector<std::string>{"/data/layers/" + id_of('1'), "/data/layers/" + id_of('0')});
  CHECK((*catalog.find("a"))->size == 10);
  Image image = **catalog.find("a");
  catalog.layers[id_of('1')].opaque = true;
  catalog.add(image, kPaths);
  CHECK((*catalog.find("a"))->runnable.layers.size() == 1);
}

TEST_CASE("a detached image is found by its full id only") {
  Filled catalog;
  catalog.put('a', {});
  Image image = **catalog.find("a");
  image.detached = true;
  catalog.add(image, kPaths);
  CHECK_FALSE(catalog.find("aaaa"));
  CHECK(catalog.find("sha256:" + id_of('a')));
}

TEST_CASE("chain ids are Docker's") {
  const auto chain = chain_ids({id_of('0'), id_of('1')});
  REQUIRE(chain.size() == 2);
  CHECK(chain[0] == id_of('0'));
  // printf 'sha256:000.. sha256:111..' | sha256sum
  CHECK(chain[1].size() == 64);
  CHECK(chain[1] != chain[0]);
  CHECK(chain_ids({}).empty());
}
