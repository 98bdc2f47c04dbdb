#include "daemon/http/target.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using http::check_version;
using http::parse_target;

namespace {
std::string error_of(const Result<http::Target>& r) { return r ? "" : r.error().message; }
std::string version_error(const std::string& version) {
  auto checked = check_version(version);
  return checked ? "" : checked.error().message;
}
}  // namespace

TEST_CASE("the version prefix is taken off, and only there") {
  auto with = parse_target("/v1.43/containers/json?all=1");
  REQUIRE(with);
  CHECK(with->version == "1.43");
  CHECK(with->path == "/containers/json");
  CHECK(parse_target("/containers/json")->version == std::nullopt);
  CHECK(parse_target("/volumes/v1.2")->path == "/volumes/v1.2");
  CHECK(parse_target("/version")->path == "/version");
  CHECK(parse_target("/v/x")->path == "/v/x");
  CHECK(parse_target("/v1.43")->path == "/v1.43");
  CHECK(parse_target("http://docker/v1.43/info")->path == "/info");
  CHECK(parse_target("http://docker")->path == "/");
  CHECK(parse_target("/volumes/http://x/y")->path == "/volumes/http://x/y");
}

TEST_CASE("the query is decoded in order, with repeated keys") {
  auto target = parse_target("/x?a=1&b=%7B%22k%22%3A+1%7D&a=2&flag&&empty=");
  REQUIRE(target);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(target->query ==
        Pairs{{"a", "1"}, {"b", "{\"k\": 1}"}, {"a", "2"}, {"flag", ""}, {"empty", ""}});
}

TEST_CASE("a plus is a space in the query and itself in the path") {
  auto target = parse_target("/a+b?c=d+e");
  REQUIRE(target);
  CHECK(target->path == "/a+b");
  CHECK(target->query[0].second == "d e");
}

TEST_CASE("broken escapes, semicolons and NUL bytes are refused") {
  CHECK(error_of(parse_target("/x?a=%zz")) == "invalid URL escape \"%zz\"");
  CHECK(error_of(parse_target("/x%4")) == "invalid URL escape \"%4\"");
  CHECK(error_of(parse_target("/x?a=%")) == "invalid URL escape \"%\"");
  CHECK(error_of(parse_target("/x?a=1;b=2")) == "invalid semicolon separator in query");
  CHECK(error_of(parse_target("/containers/%00/json")) == "invalid URL: NUL byte");
  CHECK(error_of(parse_target(std::string_view("/a\0b", 4))) == "invalid URL: NUL byte");
  CHECK(error_of(parse_target("/x?name=a%00b")) == "invalid URL: NUL byte");
}

TEST_CASE("an escaped slash counts as a slash, as Docker has it") {
  CHECK(parse_target("/images/a%2Fb/json")->path == "/images/a/b/json");
}

TEST_CASE("versions out of range are told off in Docker's words") {
  CHECK(version_error("1.99") ==
        "client version 1.99 is too new. Maximum supported API version is 1.51");
  CHECK(version_error("2.0") ==
        "client version 2.0 is too new. Maximum supported API version is 1.51");
  CHECK(version_error("1.51.1") ==
        "client version 1.51.1 is too new. Maximum supported API version is 1.51");
  CHECK(version_error("1.10") ==
        "client version 1.10 is too old. Minimum supported API version is 1.24, please upgrade "
        "your client to a newer version");
  CHECK_FALSE(version_error("1").empty());
  CHECK_FALSE(version_error(".").empty());
  CHECK_FALSE(version_error("1.99999999999999999999999").empty());
  CHECK(version_error("1.24").empty());
  CHECK(version_error("1.51").empty());
  CHECK(version_error("1.51.0").empty());
  CHECK(check_version("1.30")->minor == 30);
  CHECK(check_version(std::nullopt)->minor == 51);
}
