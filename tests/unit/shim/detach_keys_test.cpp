#include "libcontainer/shim/detach_keys.hpp"

#include <catch2/catch.hpp>

using hexad::shim::DetachKeys;

TEST_CASE("without keys everything passes") {
  DetachKeys keys("");
  const auto out = keys.feed("a\x10\x11");
  CHECK(out.pass_on == "a\x10\x11");
  CHECK_FALSE(out.detached);
}

TEST_CASE("the sequence detaches, in one piece or in two") {
  DetachKeys keys("\x10\x11");
  const auto out = keys.feed("ab\x10\x11zz");
  CHECK(out.detached);
  CHECK(out.pass_on == "ab");
  DetachKeys split("\x10\x11");
  CHECK(split.feed("x\x10").pass_on == "x");
  CHECK(split.feed("\x11").detached);
}

TEST_CASE("a started sequence that breaks off is passed on late, but whole") {
  DetachKeys keys("\x10\x11");
  CHECK(keys.feed("\x10").pass_on.empty());
  CHECK(keys.feed("q").pass_on == "\x10q");
  CHECK(keys.feed("\x10").pass_on.empty());
  CHECK(keys.feed("\x10").pass_on == "\x10");
  CHECK(keys.feed("\x11").detached);
}
