#include <catch2/catch.hpp>

#include "client/json_value.hpp"

using namespace hexad::client;

TEST_CASE("order, numbers and text survive") {
  const char* text = R"({"z":1,"a":[true,null,"x\u0000<\"é"],"big":18446744073709551615,"f":1.5})";
  CHECK(parse_json(text).value().dump() ==
        "{\"z\":1,\"a\":[true,null,\"x\\u0000<\\\"\xc3\xa9\"],\"big\":18446744073709551615,\"f\":1."
        "5}");
}

TEST_CASE("indented as docker inspect prints") {
  CHECK(
      parse_json(R"([{"a":[],"b":{},"c":[1]}])").value().pretty(4) ==
      "[\n    {\n        \"a\": [],\n        \"b\": {},\n        \"c\": [\n            1\n        "
      "]\n    }\n]");
  CHECK(parse_json("[]").value().pretty(4) == "[]");
}

TEST_CASE("Go escapes three characters on request, two line separators always") {
  CHECK(Json::string("<&>").dump() == "\"<&>\"");
  CHECK(Json::string("<&>").dump(true) == "\"\\u003c\\u0026\\u003e\"");
  CHECK(Json::string("\xe2\x80\xa8").dump() == "\"\\u2028\"");
}

TEST_CASE("paths through what is missing end in null") {
  const Json json = parse_json(R"({"a":{"b":5}})").value();
  CHECK(json.at("a").at("b").as_int() == 5);
  CHECK(json.at("x").at("y").is_null());
  CHECK(json.at("a").at("b").at("c").text().empty());
}

TEST_CASE("what is no JSON is an error") {
  CHECK_FALSE(parse_json("{"));
  CHECK_FALSE(parse_json(""));
  CHECK_FALSE(parse_json("{} x"));
  CHECK_FALSE(parse_json(std::string(100000, '[')));
}
