#include <catch2/catch.hpp>

#include <array>

#include "client/flags.hpp"

using namespace hexad::client;

namespace {

constexpr std::array kSpecs{
    FlagSpec{"interactive", 'i', FlagKind::boolean, "stdin"},
    FlagSpec{"tty", 't', FlagKind::boolean, "terminal"},
    FlagSpec{"publish", 'p', FlagKind::list, "ports"},
    FlagSpec{"memory", 'm', FlagKind::bytes, "limit"},
    FlagSpec{"name", 0, FlagKind::text, "name", "none"},
    FlagSpec{"filter", 'f', FlagKind::filter, "filter"},
    FlagSpec{"time", 0, FlagKind::integer, "seconds"},
};

hexad::Result<ParsedFlags> parse(std::vector<std::string_view> args, bool interspersed = true) {
  return parse_flags(kSpecs, args, interspersed);
}

std::string error_of(std::vector<std::string_view> args) {
  auto parsed = parse(std::move(args));
  return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST_CASE("letters may be joined, the last one may take a value") {
  const auto flags = parse({"-it", "-p80", "-p=81", "-p", "82", "-itp", "83"}).value();
  CHECK(flags.on("interactive"));
  CHECK(flags.on("tty"));
  CHECK(flags.list("publish") == std::vector<std::string>{"80", "81", "82", "83"});
}

TEST_CASE("long flags take a value behind = or as the next word") {
  const auto flags = parse({"--publish=1", "--publish", "2", "--tty=false", "--name="}).value();
  CHECK(flags.list("publish") == std::vector<std::string>{"1", "2"});
  CHECK_FALSE(flags.on("tty"));
  CHECK(flags.has("name"));
  CHECK(flags.text("name").empty());
  CHECK(parse({}).value().text("name") == "none");
  CHECK_FALSE(parse({}).value().has("name"));
}

TEST_CASE("a word that looks like a flag is a value when one is due") {
  CHECK(parse({"--name", "-x"}).value().text("name") == "-x");
}

TEST_CASE("flags end at the first argument where they are not interspersed") {
  const auto flags = parse({"-i", "image", "-t", "--what"}, false).value();
  CHECK(flags.args == std::vector<std::string>{"image", "-t", "--what"});
  CHECK_FALSE(flags.on("tty"));
  CHECK(parse({"image", "-t"}).value().on("tty"));
  CHECK(parse({"-i", "--", "-t"}).value().args == std::vector<std::string>{"-t"});
}

TEST_CASE("errors read as pflag's") {
  CHECK(error_of({"--nope"}) == "unknown flag: --nope");
  CHECK(error_of({"-iz"}) == "unknown shorthand flag: 'z' in -z");
  CHECK(error_of({"--name"}) == "flag needs an argument: --name");
  CHECK(error_of({"-ip"}) == "flag needs an argument: 'p' in -p");
  CHECK(error_of({"-m", "xx"}) ==
        "invalid argument \"xx\" for \"-m, --memory\" flag: invalid size: 'xx'");
  CHECK(error_of({"--tty=maybe"}) ==
        "invalid argument \"maybe\" for \"-t, --tty\" flag: strconv.ParseBool: parsing \"maybe\": "
        "invalid syntax");
  CHECK(error_of({"--time", "x"}) ==
        "invalid argument \"x\" for \"--time\" flag: strconv.ParseInt: parsing \"x\": invalid "
        "syntax");
  CHECK(error_of({"-f", "x"}) ==
        "invalid argument \"x\" for \"-f, --filter\" flag: bad format of filter (expected "
        "name=value)");
}

TEST_CASE("help is asked for by --help, and by -h where no flag has that letter") {
  CHECK(help_wanted(parse({"--help"}).error()));
  CHECK(help_wanted(parse({"-h"}).error()));
  CHECK_FALSE(help_wanted(parse({"--nope"}).error()));
}

TEST_CASE("the help lists each flag once, by name, with its default") {
  const std::string help = flags_help(kSpecs, 80);
  CHECK(help.find("  -i, --interactive") != std::string::npos);
  CHECK(help.find("      --name string") != std::string::npos);
  CHECK(help.find("(default \"none\")") != std::string::npos);
  CHECK(help.find("--filter") < help.find("--interactive"));
}
