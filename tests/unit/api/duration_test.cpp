#include "api/duration.hpp"

#include <catch2/catch.hpp>

#include "libcontainer/base/strings.hpp"

using namespace hexad;
using namespace hexad::api;

namespace {
constexpr std::int64_t kSecond = 1'000'000'000;
}

TEST_CASE("durations as Go reads them") {
  CHECK(*parse_duration("1h2m3.5s") == 3723 * kSecond + kSecond / 2);
  CHECK(*parse_duration("300ms") == 300'000'000);
  CHECK(*parse_duration("-1.5h") == -5400 * kSecond);
  CHECK(*parse_duration("0") == 0);
  CHECK(*parse_duration("1us") == 1000);
  CHECK(*parse_duration("1\u00b5s") == 1000);
  CHECK(*parse_duration(".5s") == kSecond / 2);
  for (const char* bad :
       {"", "1", "s", "1x", "-", "1h2", "1.s.", "9999999999999999999h", "300000000h"}) {
    INFO(bad);
    CHECK(parse_duration(bad).error().message ==
          std::string("time: invalid duration \"") + bad + "\"");
  }
}

TEST_CASE("durations as Go writes them") {
  CHECK(format_duration(0) == "0s");
  CHECK(format_duration(3723 * kSecond + kSecond / 2) == "1h2m3.5s");
  CHECK(format_duration(60 * kSecond) == "1m0s");
  CHECK(format_duration(3600 * kSecond) == "1h0m0s");
  CHECK(format_duration(1'500'000) == "1.5ms");
  CHECK(format_duration(999) == "999ns");
  CHECK(format_duration(-kSecond) == "-1s");
}

TEST_CASE("points in time") {
  const std::int64_t now = 2'000'000'000 * kSecond;
  CHECK(*parse_timestamp("1136073600", now) == 1136073600 * kSecond);
  CHECK(*parse_timestamp("1136073600.000000001", now) == 1136073600 * kSecond + 1);
  CHECK(*parse_timestamp("1136073600.5", now) == 1136073600 * kSecond + kSecond / 2);
  CHECK(*parse_timestamp("2006-01-02T15:04:05Z", now) == *parse_time("2006-01-02T15:04:05Z"));
  CHECK(*parse_timestamp("2006-01-02T15:04:05+01:00", now) == *parse_time("2006-01-02T14:04:05Z"));
  CHECK(*parse_timestamp("2006-01-02T15:04", now) == *parse_time("2006-01-02T15:04:00Z"));
  CHECK(*parse_timestamp("2006-01-02", now) == *parse_time("2006-01-02T00:00:00Z"));
  CHECK(*parse_timestamp("10m", now) == now - 600 * kSecond);
  for (const char* bad : {"", "x", "1.x", "2006-13-02", "99999999999999999999"}) {
    INFO(bad);
    CHECK_FALSE(parse_timestamp(bad, now));
  }
}
