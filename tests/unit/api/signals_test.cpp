#include "api/signals.hpp"

#include <catch2/catch.hpp>
#include <csignal>

using namespace hexad::api;

TEST_CASE("signals by name and number") {
  CHECK(*parse_signal("SIGTERM") == SIGTERM);
  CHECK(*parse_signal("term") == SIGTERM);
  CHECK(*parse_signal("sigkill") == SIGKILL);
  CHECK(*parse_signal("15") == 15);
  CHECK(*parse_signal("64") == 64);
  CHECK(*parse_signal("RTMIN") == 34);
  CHECK(*parse_signal("SIGRTMIN+3") == 37);
  CHECK(*parse_signal("RTMAX-14") == 50);
  CHECK(*parse_signal("RTMAX") == 64);
  CHECK(*parse_signal("POLL") == SIGIO);
}

TEST_CASE("what is no signal is 400") {
  for (const char* bad : {"", "0", "65", "-1", "FOO", "SIG", "RTMIN+", "RTMIN-1", "RTMAX+1",
                          "RTMIN+99", "9 ", "15x"}) {
    INFO(bad);
    const auto result = parse_signal(bad);
    REQUIRE_FALSE(result);
    CHECK(result.error().message == std::string("Invalid signal: ") + bad);
  }
}

TEST_CASE("names of signals") {
  CHECK(signal_name(SIGTERM) == "SIGTERM");
  CHECK(signal_name(SIGCHLD) == "SIGCHLD");
  CHECK(signal_name(40) == "40");
}
