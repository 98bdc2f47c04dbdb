#include <catch2/catch.hpp>

#include "client/commands/list_support.hpp"
#include "client/formatting.hpp"

using namespace hexad::client;

namespace {

const Listing kListing{"*formatter.thing",
                       {{"ID", "THING ID"}, {"Name", "NAME"}, {"Ports", "PORTS"}},
                       "{{.ID}}\t{{.Name}}"};

std::string render(std::string_view format) {
  const auto parsed = ListFormat::parse(format, kListing);
  if (!parsed) return parsed.error().message;
  const Json labels = Json::object({{"com.x.my-key", Json::string("v")}});
  Json fields = Json::object({{"Name", Json::string("a<b")}, {"ID", Json::string("1")}});
  fields.set("Ports", Json::string(""));
  const auto text = parsed->render({{fields, &labels}});
  return text ? *text : text.error().message;
}

}  // namespace

TEST_CASE("the default is a table with headers") {
  CHECK(render("") == "THING ID   NAME\n1          a<b\n");
  CHECK(render("table") == render(""));
}

TEST_CASE("a table of one's own takes its headers from the same template") {
  CHECK(render("table {{.Name}}\\t{{upper .ID}}\\t{{.Label \"com.x.my-key\"}}") ==
        "NAME      THING ID   my key\na<b       1          v\n");
  CHECK(render("table {{json .Name}}") == "NAME\n\"a<b\"\n");
}

TEST_CASE("json sorts the keys and escapes as Go does") {
  CHECK(render("json") == "{\"ID\":\"1\",\"Name\":\"a\\u003cb\",\"Ports\":\"\"}\n");
}

TEST_CASE("a template prints a line for each row") {
  CHECK(render("{{.ID}}-{{.Label \"nope\"}}-{{.Name}}") == "1--a<b\n");
  CHECK(render("{{.Foo}}") ==
        "failed to execute template: template: :1:2: executing \"\" at <.Foo>: can't evaluate "
        "field Foo in type *formatter.thing");
  CHECK(render("{{.Foo") == "failed to parse template: template: :1: unclosed action");
}

TEST_CASE("names sort as people expect") {
  CHECK(natural_less("a2", "a10"));
  CHECK(natural_less("80/tcp", "443/tcp"));
  CHECK_FALSE(natural_less("b", "a"));
  CHECK_FALSE(natural_less("a", "a"));
  CHECK(natural_less("a", "ab"));
}

TEST_CASE("ids and labels") {
  CHECK(short_id("sha256:0123456789abcdef") == "0123456789ab");
  CHECK(short_id("0123456789abcdef") == "0123456789ab");
  CHECK(labels_text(parse_json(R"({"b":"2","a":"1"})").value()) == "a=1,b=2");
}
