#include <catch2/catch.hpp>

#include "api/error_body.hpp"
#include "api/http_status.hpp"

using namespace hexad;
using namespace hexad::api;

TEST_CASE("codes and statuses belong together") {
  for (const auto code : {Code::invalid_argument, Code::unauthorized, Code::forbidden,
                          Code::not_found, Code::not_acceptable, Code::conflict, Code::not_modified,
                          Code::not_implemented, Code::unavailable, Code::internal}) {
    CHECK(code_of_status(http_status(code)) == code);
  }
  CHECK(http_status(Code::conflict) == 409);
  CHECK(code_of_status(418) == Code::internal);
}

TEST_CASE("error bodies") {
  CHECK(error_body("a \"b\"") == R"({"message":"a \"b\""})");
  CHECK(error_message(error_body("a \"b\"")) == "a \"b\"");
  CHECK(error_message("plain text\n") == "plain text");
  CHECK(error_message("{}") == "{}");
}
