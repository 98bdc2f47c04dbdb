#include <catch2/catch.hpp>

#include <cstdlib>

#include "client/env_file.hpp"

using namespace hexad::client;

TEST_CASE("comments and empty lines are left out, values stay as they are") {
  const auto pairs =
      parse_pairs("# comment\n\nA=1\n  B=2 # not a comment\nC=\nD=a=b\r\n", "f", true).value();
  CHECK(pairs == std::vector<std::string>{"A=1", "B=2 # not a comment", "C=", "D=a=b"});
}

TEST_CASE("a name alone takes our value, in an environment only") {
  ::setenv("HXT_SET", "x y", 1);
  ::unsetenv("HXT_UNSET");
  CHECK(parse_pairs("HXT_SET\nHXT_UNSET\n", "f", true).value() ==
        std::vector<std::string>{"HXT_SET=x y"});
  CHECK(parse_pairs("label\n", "f", false).value() == std::vector<std::string>{"label"});
  CHECK(resolve_variable("HXT_SET").value() == "HXT_SET=x y");
  CHECK(resolve_variable("HXT_UNSET").value() == "HXT_UNSET");
  CHECK(resolve_variable("A=b=c").value() == "A=b=c");
  CHECK_FALSE(resolve_variable("=b"));
}

TEST_CASE("names with spaces are refused, a byte order mark is skipped") {
  CHECK_FALSE(parse_pairs("a b=1\n", "f", true));
  CHECK_FALSE(parse_pairs("=1\n", "f", true));
  CHECK(parse_pairs("\xef\xbb\xbf"
                    "A=1",
                    "f", true)
            .value() == std::vector<std::string>{"A=1"});
}

TEST_CASE("a file that is not there is named as Go names it") {
  CHECK(read_pairs_file("/nosuch", true).error().message ==
        "open /nosuch: no such file or directory");
}
