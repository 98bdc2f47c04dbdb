#include "libcontainer/base/ipv4.hpp"

#include <catch2/catch.hpp>

using namespace hexad;

TEST_CASE("dotted addresses are read and written back") {
  for (const char* text : {"0.0.0.0", "127.0.0.1", "172.17.0.2", "255.255.255.255"}) {
    const auto a = parse_ipv4(text);
    REQUIRE(a);
    CHECK(to_string(*a) == text);
  }
}

TEST_CASE("what is no address is refused") {
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4",
                           "1.2.3.4 ", "a.b.c.d", "1..2.3"})
    CHECK_FALSE(parse_ipv4(text));
  for (const char* text :
       {"1.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3/8", "1.2.3.4/008"})
    CHECK_FALSE(parse_cidr(text));
}

TEST_CASE("a subnet knows its ends, members and neighbours") {
  const auto c = *parse_cidr("172.30.5.1/20");
  CHECK(to_string(c.first()) == "172.30.0.0");
  CHECK(to_string(c.last()) == "172.30.15.255");
  CHECK(to_string(c.subnet()) == "172.30.0.0/20");
  CHECK(c.contains(*parse_ipv4("172.30.15.1")));
  CHECK_FALSE(c.contains(*parse_ipv4("172.30.16.1")));
  CHECK(c.overlaps(*parse_cidr("172.16.0.0/12")));
  CHECK_FALSE(c.overlaps(*parse_cidr("172.30.16.0/20")));
  CHECK(parse_cidr("0.0.0.0/0")->contains(c.address));
}
