#include "libcontainer/net/veth.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::net;

TEST_CASE("a MAC is made of the address") {
  CHECK(to_string(mac_from(*parse_ipv4("172.17.0.2"))) == "02:42:ac:11:00:02");
}

TEST_CASE("MACs are read with colons or dashes, in either case") {
  CHECK(to_string(*parse_mac("02:42:AC:11:00:02")) == "02:42:ac:11:00:02");
  CHECK(to_string(*parse_mac("02-42-ac-11-00-02")) == "02:42:ac:11:00:02");
  for (const char* bad : {"", "02:42:ac:11:00", "02:42:ac:11:00:02:03", "2:42:ac:11:00:02",
                          "0g:42:ac:11:00:02", "02:42-ac:11:00:02"})
    CHECK_FALSE(parse_mac(bad));
}
