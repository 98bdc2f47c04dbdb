#include "daemon/tar/sparse.hpp"

#include <catch2/catch.hpp>

using namespace hexad::tar;

TEST_CASE("a sparse map must be ascending, inside the file and as long as its data") {
  CHECK(check_map({{0, 2}, {5, 5}}, 10, 7));
  CHECK(check_map({}, 10, 0));
  CHECK(check_map({{10, 0}}, 10, 0));
  CHECK_FALSE(check_map({{0, 2}, {1, 5}}, 10, 7));
  CHECK_FALSE(check_map({{0, 2}, {6, 5}}, 10, 7));
  CHECK_FALSE(check_map({{0, 2}}, 10, 3));
  CHECK_FALSE(check_map({{-1, 2}}, 10, 2));
  CHECK_FALSE(check_map({{0x7ffffffffffffff0, 0x20}}, 0x7fffffffffffffff, 0x20));
}
