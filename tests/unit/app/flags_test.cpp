#include "daemon/app/flags.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using app::Values;

namespace {

Result<Values> arguments(std::vector<const char*> words) { return app::parse_arguments(words); }
std::string argument_error(std::vector<const char*> words) {
  const auto parsed = arguments(std::move(words));
  return parsed ? "" : parsed.error().message;
}
std::string file_error(std::string_view json) {
  const auto parsed = app::parse_file(json);
  return parsed ? "" : parsed.error().message;
}
std::string conflict(std::vector<const char*> words, std::string_view json) {
  const auto checked =
      app::check_conflicts(arguments(std::move(words)).value(), app::parse_file(json).value());
  return checked ? "" : checked.error().message;
}

}  // namespace

TEST_CASE("flags are dockerd's: long, short, joined, repeated, switched off") {
  auto values = arguments({"-H", "unix:///a", "--host=unix:///b", "-Hunix:///c", "-D", "--init",
                           "--iptables=false", "--bip", "10.0.0.1/24", "-l=warn"});
  REQUIRE(values);
  CHECK((*values)["host"] == std::vector<std::string>{"unix:///a", "unix:///b", "unix:///c"});
  CHECK((*values)["debug"] == std::vector<std::string>{"true"});
  CHECK((*values)["init"] == std::vector<std::string>{"true"});
  CHECK((*values)["iptables"] == std::vector<std::string>{"false"});
  CHECK((*values)["bip"] == std::vector<std::string>{"10.0.0.1/24"});
  CHECK((*values)["log-level"] == std::vector<std::string>{"warn"});
}

TEST_CASE("unknown and broken flags are told off in dockerd's words") {
  CHECK(argument_error({"--nope"}) == "unknown flag: --nope");
  CHECK(argument_error({"--containerd", "/x"}) == "unknown flag: --containerd");
  CHECK(argument_error({"-X"}) == "unknown shorthand flag: 'X' in -X");
  CHECK(argument_error({"extra"}) == "\"hexad\" accepts no argument(s).");
  CHECK(argument_error({"--data-root"}) == "flag needs an argument: --data-root");
  CHECK(argument_error({"--debug=x"}) ==
        "invalid argument \"x\" for \"-D, --debug\" flag: strconv.ParseBool: parsing \"x\": "
        "invalid syntax");
  CHECK_FALSE(argument_error({"--mtu", "big"}).empty());
}

TEST_CASE("daemon.json takes dockerd's keys") {
  auto values = app::parse_file(
      R"({"hosts": ["unix:///a", "fd://"], "debug": true, "mtu": 1400, "data-root": "/x",
          "default-ulimits": {"nofile": {"Name": "nofile", "Hard": 20, "Soft": 10}}})");
  REQUIRE(values);
  CHECK((*values)["host"] == std::vector<std::string>{"unix:///a", "fd://"});
  CHECK((*values)["mtu"] == std::vector<std::string>{"1400"});
  CHECK((*values)["default-ulimit"] == std::vector<std::string>{"nofile=10:20"});
  CHECK(app::parse_file("  \n").value().empty());
  CHECK(app::parse_file("{}").value().empty());
}

TEST_CASE("unknown keys, keys given twice and wrong types are errors") {
  CHECK(file_error(R"({"foo": 1, "bar": 2, "debug": true})") ==
        "the following directives don't match any configuration option: bar, foo");
  CHECK(file_error(R"({"debug": true, "debug": true})") ==
        "the following directive is given twice: debug");
  CHECK_FALSE(file_error(R"({"debug": "x"})").empty());
  CHECK_FALSE(file_error(R"({"hosts": "unix:///a"})").empty());
  CHECK_FALSE(file_error(R"({"mtu": "1"})").empty());
  CHECK_FALSE(file_error(R"({"default-ulimits": {"nofile": {"Hard": 1}}})").empty());
  CHECK_FALSE(file_error("[]").empty());
  CHECK_FALSE(file_error("{").empty());
  // Only flags, not keys.
  CHECK_FALSE(file_error(R"({"config-file": "/x"})").empty());
  CHECK_FALSE(file_error(R"({"validate": true})").empty());
}

TEST_CASE("what is given in both places is an error that shows both") {
  CHECK(conflict({"--debug", "--bridge", "y"}, R"({"debug": true, "bridge": "x"})") ==
        "the following directives are specified both as a flag and in the configuration file: "
        "bridge: (from flag: y, from file: x), debug: (from flag: true, from file: true)");
  CHECK(conflict({"-H", "unix:///y"}, R"({"hosts": ["unix:///x"]})") ==
        "the following directives are specified both as a flag and in the configuration file: "
        "hosts: (from flag: [unix:///y], from file: [unix:///x])");
  CHECK(conflict({"--debug"}, R"({"bridge": "x"})").empty());
}
