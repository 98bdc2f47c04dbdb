#include "libcontainer/shim/exitfile.hpp"

#include <catch2/catch.hpp>

using namespace hexad::shim;

TEST_CASE("an exit comes back from its file") {
  const auto back = parse_exit(format_exit({137, true, 1234567890123456789}));
  REQUIRE(back);
  CHECK(back->code == 137);
  CHECK(back->oom_killed);
  CHECK(back->finished_at == 1234567890123456789);
}

TEST_CASE("a file of something else is none") {
  for (const char* text : {"", "1", "1 2 3", "2 0 0 5", "1 x 0 5", "1 256 0 5", "1 -1 0 5"})
    CHECK_FALSE(parse_exit(text));
}
