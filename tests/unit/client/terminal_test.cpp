#include <catch2/catch.hpp>

#include "client/terminal.hpp"

using namespace hexad::client;

TEST_CASE("detach keys by name") {
  CHECK(parse_detach_keys("").value() == "\x10\x11");
  CHECK(parse_detach_keys("ctrl-p,ctrl-q").value() == "\x10\x11");
  CHECK(parse_detach_keys("a,ctrl-@").value() == std::string("a\0", 2));
  CHECK(parse_detach_keys("ctrl-[,ctrl-_").value() == "\x1b\x1f");
  CHECK_FALSE(parse_detach_keys("foo"));
  CHECK_FALSE(parse_detach_keys("ctrl-"));
  CHECK_FALSE(parse_detach_keys("ctrl-A"));
}

TEST_CASE("the sequence detaches, in one piece or in several") {
  DetachFilter filter("\x10\x11");
  CHECK(filter.feed("ab").pass == "ab");
  CHECK(filter.feed("\x10").pass.empty());
  CHECK(filter.feed("\x11").detached);
  DetachFilter whole("\x10\x11");
  const auto outcome = whole.feed("x\x10\x11");
  CHECK(outcome.detached);
  CHECK(outcome.pass == "x");
}

TEST_CASE("a started sequence that is none is passed on") {
  DetachFilter filter("\x10\x11");
  CHECK(filter.feed("\x10").pass.empty());
  CHECK(filter.feed("x").pass == "\x10x");
  CHECK(filter.feed("\x10\x10").pass == "\x10");
  CHECK(filter.feed("\x11").detached);
}
