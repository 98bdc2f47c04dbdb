#include <catch2/catch.hpp>

#include "api/json/reader.hpp"
#include "api/json/small.hpp"
#include "api/json/value.hpp"
#include "api/json/writer.hpp"

using namespace hexad;
using namespace hexad::api;
using json::parse;

TEST_CASE("a document comes back as it was, keys in order") {
  const std::string text =
      R"({"b":1,"a":[true,false,null,-5,1.5,"x"],"c":{"d":{}},"e":18446744073709551615,"f":[]})";
  CHECK(json::dump(*parse(text)) == text);
}

TEST_CASE("indented output is Go's") {
  const auto value = parse(R"({"a":[1,2],"b":{},"c":[],"d":{"e":"f"}})");
  CHECK(json::dump(*value, 4) ==
        "{\n    \"a\": [\n        1,\n        2\n    ],\n    \"b\": {},\n    \"c\": [],\n"
        "    \"d\": {\n        \"e\": \"f\"\n    }\n}");
}

TEST_CASE("malformed documents are 400") {
  for (const char* text :
       {"", "   ", "{", "[1,]", "{\"a\":}", "nul", "{} {}", "{\"a\" 1}", "\"\\ud800\"", "01",
        "\"a\nb\"", "'a'", "{a:1}", "\"\xff\"", "[1e999999]"}) {
    const auto value = parse(text);
    INFO(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == Code::invalid_argument);
    CHECK(value.error().message.starts_with("invalid JSON: "));
  }
}

TEST_CASE("deep documents are refused, not followed") {
  for (const char* piece : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += piece;
    const auto value = parse(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().message == "invalid JSON: exceeded max depth");
  }
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse(nested(json::kMaxDepth)));
  CHECK_FALSE(parse(nested(json::kMaxDepth + 1)));
}

TEST_CASE("an error message stays short however long the token is") {
  const auto value = parse("{\"a\": x" + std::string(1'000'000, 'x'));
  REQUIRE_FALSE(value);
  CHECK(value.error().message.size() < 400);
}

TEST_CASE("keys match exactly first, then without regard to case, the last one counting") {
  const auto value = parse(R"({"image":"lower","Image":"a","Image":"b","IMAGE":"upper"})");
  CHECK(*value->find("Image")->string() == "b");
  CHECK(*parse(R"({"iMAGE":"x"})")->find("Image")->string() == "x");
  CHECK(value->find("Imag") == nullptr);
}

TEST_CASE("text is escaped, and what is not UTF-8 replaced") {
  CHECK(quote_json("a\"b\\c\n\r\t\x01\x1f") == R"("a\"b\\c\n\r\t\u0001\u001f")");
  CHECK(quote_json("ü<&>\xF0\x9F\x90\xB3") == "\"ü<&>\xF0\x9F\x90\xB3\"");
  CHECK(quote_json("\xff"
                   "a") ==
        "\"\xEF\xBF\xBD"
        "a\"");
  // Cut short, overlong, a surrogate, too large.
  for (const char* bad : {"\xE2\x82", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
    const auto quoted = quote_json(bad);
    CHECK(parse(quoted));
    CHECK(quoted.find("\xEF\xBF\xBD") != std::string::npos);
  }
  CHECK(quote_json(std::string_view("\0", 1)) == "\"\\u0000\"");
}

TEST_CASE("a wrong type names its key") {
  const auto value = parse(R"({"A":{"Name":5}})");
  json::Problem problem;
  std::string name;
  json::Reader(&*value, problem, "Outer").child("A").get("Name", name);
  const auto result = problem.result();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::invalid_argument);
  CHECK(result.error().message ==
        "json: cannot unmarshal number into Go struct field Outer.A.Name of type string");
}

TEST_CASE("numbers must fit and be whole") {
  const auto read16 = [](const char* text) {
    const auto value = parse(text);
    json::Problem problem;
    std::uint16_t out = 0;
    json::Reader(&*value, problem, "").get("n", out);
    return problem.empty() ? int{out} : -1;
  };
  CHECK(read16(R"({"n":65535})") == 65535);
  CHECK(read16(R"({"n":null})") == 0);
  CHECK(read16("{}") == 0);
  for (const char* bad : {R"({"n":65536})", R"({"n":-1})", R"({"n":1.0})", R"({"n":"1"})",
                          R"({"n":true})", R"({"n":18446744073709551615})"}) {
    INFO(bad);
    CHECK(read16(bad) == -1);
  }
}

TEST_CASE("maps and lists keep null and empty apart") {
  CHECK(encode_string_map(*decode_string_map("null")) == "null");
  CHECK(encode_string_map(*decode_string_map("{}")) == "{}");
  CHECK(encode_string_map(*decode_string_map(R"({"b":"2","a":"1"})")) == R"({"a":"1","b":"2"})");
  CHECK(encode_strings(*decode_strings("[]")) == "[]");
  CHECK(encode_strings(*decode_strings("null")) == "null");
  CHECK(encode_strings(*decode_strings(R"(["x",""])")) == R"(["x",""])");
  CHECK_FALSE(decode_strings("[1]"));
  CHECK_FALSE(decode_string_map("[]"));
}
