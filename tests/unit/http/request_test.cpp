#include "daemon/http/request.hpp"

#include <catch2/catch.hpp>

using namespace hexad;

namespace {
http::Request with(std::string value) {
  http::Request request;
  request.query = {{"k", std::move(value)}};
  return request;
}
}  // namespace

TEST_CASE("booleans in queries are Docker's") {
  for (const auto* no : {"", "0", "no", "false", "none", "False", "NO"}) {
    INFO(no);
    CHECK_FALSE(with(no).query_bool("k", true));
  }
  for (const auto* yes : {"1", "true", "True", "yes", "anything", "2"}) {
    INFO(yes);
    CHECK(with(yes).query_bool("k"));
  }
  CHECK(with("1").query_bool("other", true));
  CHECK_FALSE(with("1").query_bool("other"));
}

TEST_CASE("a number that is none is an error that names the key") {
  CHECK(with("12").query_int("k").value() == 12);
  CHECK(with("-1").query_int("k").value() == -1);
  CHECK(with("").query_int("k").value() == std::nullopt);
  CHECK(with("1").query_int("other").value() == std::nullopt);
  auto bad = with("1x").query_int("k");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == Code::invalid_argument);
  CHECK(bad.error().message.find("for k") != std::string::npos);
}

TEST_CASE("missing things are empty") {
  const http::Request request;
  CHECK(request.param("id").empty());
  CHECK_FALSE(request.header("host"));
  CHECK_FALSE(request.query_value("x"));
  CHECK(request.query_values("x").empty());
}
