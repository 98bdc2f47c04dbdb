#include "daemon/containers/detach_keys.hpp"

#include <catch2/catch.hpp>

using hexad::containers::parse_detach_keys;

TEST_CASE("detach keys become bytes") {
  CHECK(parse_detach_keys("").value() == "\x10\x11");
  CHECK(parse_detach_keys("ctrl-a,x").value() == "\x01x");
  CHECK(parse_detach_keys("ctrl-[,ctrl-_").value() == "\x1b\x1f");
  CHECK_FALSE(parse_detach_keys("ctrl-"));
  CHECK_FALSE(parse_detach_keys("ctrl-p,"));
  CHECK_FALSE(parse_detach_keys("xy"));
}
