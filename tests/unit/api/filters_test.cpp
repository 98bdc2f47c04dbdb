#include "api/filters.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::api;

TEST_CASE("both forms of filters are read") {
  for (const char* text : {R"({"label":{"a=b":true,"c":true}})", R"({"label":["a=b","c"]})"}) {
    const auto filters = parse_filters(text);
    REQUIRE(filters);
    CHECK(filters->get("label") == std::vector<std::string>{"a=b", "c"});
    CHECK(filters->get("x").empty());
  }
  CHECK(parse_filters("")->values.empty());
  CHECK(parse_filters("null")->values.empty());
  CHECK(parse_filters("{}")->values.empty());
  CHECK(encode_filters(*parse_filters(R"({"label":["a=b","c"]})")) ==
        R"({"label":{"a=b":true,"c":true}})");
}

TEST_CASE("other shapes of filters are 400") {
  for (const char* text :
       {"x=1", "[]", "\"a\"", R"({"name":"x"})", R"({"name":[1]})", R"({"name":{"x":"y"}})", "{"}) {
    INFO(text);
    const auto filters = parse_filters(text);
    REQUIRE_FALSE(filters);
    CHECK(filters.error().code == Code::invalid_argument);
    CHECK(filters.error().message.starts_with("invalid filter"));
  }
}

TEST_CASE("unknown names are refused by their name") {
  const auto filters = parse_filters(R"({"foo":["x"]})");
  CHECK(filters->only({"foo"}));
  CHECK(filters->only({"name"}).error().message == "invalid filter 'foo'");
}

TEST_CASE("labels must all hold") {
  const std::map<std::string, std::string> labels{{"a", "b"}, {"c", ""}, {"d", "e=f"}};
  const auto holds = [&](const char* json) { return parse_filters(json)->labels("label", labels); };
  CHECK(holds("{}"));
  CHECK(holds(R"({"label":["a"]})"));
  CHECK(holds(R"({"label":["a=b","c"]})"));
  CHECK(holds(R"({"label":["c="]})"));
  CHECK(holds(R"({"label":["d=e=f"]})"));
  CHECK_FALSE(holds(R"({"label":["a=x"]})"));
  CHECK_FALSE(holds(R"({"label":["a=b","x"]})"));
  CHECK(parse_filters(R"({"label!":["x"]})")->not_labels("label!", labels));
  CHECK_FALSE(parse_filters(R"({"label!":["a"]})")->not_labels("label!", labels));
}

TEST_CASE("names match as parts or regular expressions") {
  const auto match = [](const std::string& pattern, std::string_view name) {
    Filters filters;
    filters.values["name"] = {pattern};
    return filters.match_name("name", name);
  };
  CHECK(match("web", "/my-web-1"));
  CHECK(match("^/my-web-1$", "/my-web-1"));
  CHECK(match("^my-web-1$", "/my-web-1"));
  CHECK_FALSE(match("^web", "/my-web-1"));
  CHECK(match("w.b", "/my-web-1"));
  CHECK(match("web-[0-9]+$", "/my-web-1"));
  CHECK_FALSE(match("web-[a-z]+$", "/my-web-1"));
  CHECK(match("/my-web-1", "/my-web-1"));
  CHECK_FALSE(match("([", "/my-web-1"));
  CHECK_FALSE(match(std::string(300, '('), "/my-web-1"));
}

TEST_CASE("ids match by prefix, others exactly") {
  const auto filters = parse_filters(R"({"id":["ab","cd"],"driver":["local"]})");
  CHECK(filters->prefix("id", "cdef"));
  CHECK_FALSE(filters->prefix("id", "xab"));
  CHECK(filters->exact("driver", "local"));
  CHECK_FALSE(filters->exact("driver", "locals"));
  CHECK(filters->exact("scope", "anything"));
}

TEST_CASE("boolean filters") {
  const auto value = [](const char* json, bool absent) {
    return parse_filters(json)->boolean("dangling", absent);
  };
  CHECK(*value("{}", true));
  CHECK_FALSE(*value("{}", false));
  CHECK(*value(R"({"dangling":["true"]})", false));
  CHECK(*value(R"({"dangling":{"1":true}})", false));
  CHECK_FALSE(*value(R"({"dangling":["F"]})", true));
  CHECK(value(R"({"dangling":["x"]})", true).error().message == "invalid filter 'dangling=[x]'");
  CHECK_FALSE(value(R"({"dangling":["1","0"]})", true));
}
