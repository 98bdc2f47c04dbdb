#include "api/ports.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::api;

TEST_CASE("keys of ports") {
  CHECK(parse_port("80")->protocol == "tcp");
  CHECK(parse_port("53/UDP")->protocol == "udp");
  CHECK(parse_port("x").error().message == "invalid port specification: \"x\"");
  CHECK(parse_port("70000/tcp").error().message == "invalid port specification: \"70000\"");
  CHECK(parse_port("80-81/tcp").error().message == "invalid port specification: \"80-81\"");
  CHECK(parse_port("80/foo").error().message == "invalid proto: foo");
  CHECK_FALSE(parse_port("0/tcp"));
  CHECK_FALSE(parse_port(""));
  CHECK_FALSE(parse_port("-1"));
}

TEST_CASE("bindings of the API") {
  const auto range = parse_binding("80/tcp", {"127.0.0.1", "9000-9001"});
  REQUIRE(range);
  CHECK((range->host.first == 9000 && range->host.last == 9001 && range->host_ip == "127.0.0.1"));
  CHECK(parse_binding("80/tcp", {})->host.first == 0);
  CHECK(parse_binding("80/tcp", {"", "x"}).error().message == "invalid port specification: \"x\"");
  CHECK(parse_binding("80/tcp", {"", "8000-7000"}).error().message ==
        "invalid port specification: \"8000-7000\"");
  CHECK(parse_binding("80/tcp", {"foo", ""}).error().message == "invalid IP address: foo");
  PortMap map;
  map["80/tcp"] = {{"", "1"}, {"::", "2"}};
  map["81/udp"] = {};
  CHECK(parse_bindings(map)->size() == 2);
  map["x"] = {};
  CHECK_FALSE(parse_bindings(map));
}

TEST_CASE("the -p option") {
  const auto one = [](std::string_view spec) { return parse_publish(spec)->at(0); };
  CHECK(one("8080:80") == std::pair<std::string, PortBinding>{"80/tcp", {"", "8080"}});
  CHECK(one("80") == std::pair<std::string, PortBinding>{"80/tcp", {"", ""}});
  CHECK(one("127.0.0.1::80/udp") ==
        std::pair<std::string, PortBinding>{"80/udp", {"127.0.0.1", ""}});
  CHECK(one("[::1]:8080:80") == std::pair<std::string, PortBinding>{"80/tcp", {"::1", "8080"}});
  CHECK(one("::1:8080:80") == std::pair<std::string, PortBinding>{"80/tcp", {"::1", "8080"}});
  CHECK(one("8000-8010:80") == std::pair<std::string, PortBinding>{"80/tcp", {"", "8000-8010"}});
  CHECK(one("0:80").second.host_port == "0");
  const auto many = parse_publish("8000-8002:90-92");
  REQUIRE(many->size() == 3);
  CHECK(many->at(2) == std::pair<std::string, PortBinding>{"92/tcp", {"", "8002"}});
  CHECK(parse_publish("90-92")->size() == 3);
}

TEST_CASE("wrong -p options have docker's texts") {
  const auto text = [](std::string_view spec) { return parse_publish(spec).error().message; };
  CHECK(text("abc") == "invalid containerPort: abc");
  CHECK(text("x:80") == "invalid hostPort: x");
  CHECK(text("8080:") == "no port specified: 8080:<empty>");
  CHECK(text("foo:1:2") == "invalid IP address: foo");
  CHECK(text("1-3:1-2") == "invalid ranges specified for container and host Ports: 1-2 and 1-3");
  CHECK(text("80/foo") == "invalid proto: foo");
  CHECK(text("70000") == "invalid containerPort: 70000");
}

TEST_CASE("the --expose option") {
  CHECK(*parse_expose("80") == std::vector<std::string>{"80/tcp"});
  CHECK(*parse_expose("80-81/udp") == std::vector<std::string>{"80/udp", "81/udp"});
  CHECK_FALSE(parse_expose("80:80"));
  CHECK_FALSE(parse_expose("x"));
}
