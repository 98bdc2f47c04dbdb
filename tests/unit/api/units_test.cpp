#include "api/units.hpp"

#include <catch2/catch.hpp>

using namespace hexad::api;

namespace {
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
}  // namespace

TEST_CASE("sizes are read in powers of 1024") {
  CHECK(*parse_size("512") == 512);
  CHECK(*parse_size("64m") == 64 << 20);
  CHECK(*parse_size("1.5g") == 1610612736);
  CHECK(*parse_size("10kb") == 10240);
  CHECK(*parse_size("1 GiB") == 1 << 30);
  CHECK(*parse_size("7B") == 7);
  CHECK(*parse_size("0") == 0);
  for (const char* bad :
       {"", "m", "-1", "1x", "1kk", "1.2.3", "64 mm", "1e3", "99999999999999999999p"}) {
    INFO(bad);
    CHECK_FALSE(parse_size(bad));
  }
  CHECK(parse_size("m").error().message == "invalid size: 'm'");
}

TEST_CASE("sizes are written as docker writes them") {
  CHECK(human_size(0) == "0B");
  CHECK(human_size(999) == "999B");
  CHECK(human_size(1984132, 3) == "1.98MB");
  CHECK(human_size(12'345'678) == "12.35MB");
  CHECK(human_size(1000) == "1kB");
  CHECK(binary_size(1024 * 1024 * 3 / 2) == "1.5MiB");
}

TEST_CASE("durations in words") {
  CHECK(human_duration(0) == "Less than a second");
  CHECK(human_duration(kSecond) == "1 second");
  CHECK(human_duration(59 * kSecond) == "59 seconds");
  CHECK(human_duration(60 * kSecond) == "About a minute");
  CHECK(human_duration(2 * 60 * kSecond) == "2 minutes");
  CHECK(human_duration(kHour) == "About an hour");
  CHECK(human_duration(kHour + 1800 * kSecond) == "2 hours");
  CHECK(human_duration(47 * kHour) == "47 hours");
  CHECK(human_duration(48 * kHour) == "2 days");
  CHECK(human_duration(14 * 24 * kHour) == "2 weeks");
  CHECK(human_duration(60 * 24 * kHour) == "2 months");
  CHECK(human_duration(730 * 24 * kHour) == "2 years");
}
