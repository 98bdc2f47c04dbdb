#include "libcontainer/base/strings.hpp"

#include <catch2/catch.hpp>

using namespace hexad;

TEST_CASE("split keeps empty parts") {
  CHECK(split("a::b", ':') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ':') == std::vector<std::string_view>{""});
}

TEST_CASE("numbers must be whole and in range") {
  CHECK(parse_int("-12") == -12);
  CHECK_FALSE(parse_int("12x"));
  CHECK_FALSE(parse_int(""));
  CHECK_FALSE(parse_uint("-1"));
  CHECK_FALSE(parse_uint("18446744073709551616"));
}

TEST_CASE("times are written and read as RFC 3339") {
  const std::int64_t t = 1'136'214'245'000'000'012;
  CHECK(format_time(t) == "2006-01-02T15:04:05.000000012Z");
  CHECK(parse_time(format_time(t)) == t);
  CHECK(parse_time("2006-01-02T17:04:05.000000012+02:00") == t);
  CHECK(parse_time("2006-01-02T15:04:05Z") == t - 12);
  CHECK(format_time(0) == "0001-01-01T00:00:00Z");
  CHECK_FALSE(parse_time("2006-13-02T15:04:05Z"));
  CHECK_FALSE(parse_time("yesterday"));
}

TEST_CASE("random hex has two digits a byte") { CHECK(random_hex(32).size() == 64); }

TEST_CASE("times that nanoseconds cannot hold are cut, not overflown") {
  CHECK(parse_time("9999-12-31T23:59:59Z") == INT64_MAX);
  CHECK(parse_time("0001-01-01T00:00:00.5+01:00") == 0);
  CHECK(parse_time("2261-12-31T23:59:59.999999999-23:59").value() > 0);
}
