#include "libcontainer/ns/id_map.hpp"

#include <catch2/catch.hpp>

#include "libcontainer/ns/namespace_fd.hpp"

using namespace hexad::ns;

TEST_CASE("id maps are written a line each and translate what they hold") {
  const std::vector<IdMap> map{{0, 100'000, 1000}, {5000, 7, 1}};
  CHECK(format_id_map(map) == "0 100000 1000\n5000 7 1\n");
  CHECK(map_out(map, 0) == 100'000U);
  CHECK(map_out(map, 999) == 100'999U);
  CHECK(map_out(map, 5000) == 7U);
  CHECK_FALSE(map_out(map, 1000));
  CHECK_FALSE(map_out({}, 0));
}

TEST_CASE("a namespace knows whether it is one's own") {
  auto own = NamespaceFd::open(::getpid(), Kind::uts);
  REQUIRE(own);
  CHECK(*own->is_own());
  CHECK(name(Kind::cgroup) == "cgroup");
}
