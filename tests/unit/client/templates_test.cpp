#include <catch2/catch.hpp>

#include "client/templates/template.hpp"

using hexad::client::Json;
using hexad::client::parse_json;
using hexad::client::templates::Data;
using hexad::client::templates::Template;
using hexad::client::templates::Value;

namespace {

constexpr const char* kContainer = R"({
  "Id": "0123456789abcdef", "Name": "/web",
  "State": {"Status": "running", "Running": true, "ExitCode": 0, "Pid": 7},
  "Config": {"Cmd": ["sh", "-c", "x"], "Labels": {"b.c": "2", "a": "1"}, "Env": null},
  "HostConfig": {"NanoCpus": 1500000000, "CapAdd": null, "Binds": []},
  "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "53/udp": null}}
})";

std::string run(const std::string& text, const char* json = kContainer) {
  auto parsed = Template::parse(text);
  if (!parsed) return "PARSE " + parsed.error().message;
  Data data;
  data.root = Value::of(parse_json(json).value());
  std::string out;
  if (auto done = parsed->execute(data, out); !done) return "ERROR " + done.error().message;
  return out;
}

}  // namespace

TEST_CASE("fields, nested fields and text") {
  CHECK(run("{{.Name}}") == "/web");
  CHECK(run("id={{.Id}}, {{.State.Status}}!") == "id=0123456789abcdef, running!");
  CHECK(run("{{ .State.Running }}{{.State.ExitCode}}") == "true0");
  CHECK(run("no action") == "no action");
  CHECK(run("") == "");
}

TEST_CASE("values print as Go prints them") {
  CHECK(run("{{.Config.Cmd}}") == "[sh -c x]");
  CHECK(run("{{.Config.Labels}}") == "map[a:1 b.c:2]");
  CHECK(run("{{.NetworkSettings.Ports}}") == "map[53/udp:[] 80/tcp:[{0.0.0.0 8080}]]");
  CHECK(run("{{.HostConfig.CapAdd}} {{.State.Health}} {{.Config.Env}}") == "[] <nil> []");
  CHECK(run("{{.State}}") == "{running true 0 7}");
}

TEST_CASE("a member of another case is found, as Go's own names differ from JSON's") {
  CHECK(run("{{.ID}} {{.HostConfig.NanoCPUs}}") == "0123456789abcdef 1500000000");
}

TEST_CASE("what is missing") {
  CHECK(run("{{.Foo}}") ==
        "ERROR template: :1:2: executing \"\" at <.Foo>: map has no entry for key \"Foo\"");
  CHECK(run("{{.Id}}{{.State.Foo}}") ==
        "ERROR template: :1:15: executing \"\" at <.State.Foo>: map has no entry for key \"Foo\"");
  CHECK(run("{{.Config.Labels.nope}}") == "<no value>");
  CHECK(run("{{index .Config.Labels \"nope\"}}|") == "|");
  CHECK(run("{{if .State.Health}}yes{{else}}no{{end}}") == "no");
}

TEST_CASE("index, len, slice, join, split") {
  CHECK(run("{{index .Config.Cmd 1}}") == "-c");
  CHECK(run("{{index .Config.Labels \"b.c\"}}") == "2");
  CHECK(run("{{(index (index .NetworkSettings.Ports \"80/tcp\") 0).HostPort}}") == "8080");
  CHECK(run("{{len .Config.Cmd}} {{len .Name}} {{len .Config.Labels}}") == "3 4 2");
  CHECK(run("{{slice .Id 0 4}} {{slice .Config.Cmd 1 2}}") == "0123 [-c]");
  CHECK(run("{{join .Config.Cmd \", \"}}") == "sh, -c, x");
  CHECK(run("{{split \"a-b\" \"-\"}}") == "[a b]");
  CHECK(run("{{index .Config.Cmd 9}}").find("index out of range: 9") != std::string::npos);
}

TEST_CASE("strings: json, upper, lower, title, pad, truncate, printf") {
  CHECK(run("{{json .Config.Cmd}}") == R"(["sh","-c","x"])");
  CHECK(run("{{json .State.Running}}{{json .Config.Env}}") == "truenull");
  CHECK(run("{{upper .Name}} {{lower \"AB\"}} {{title \"ab cd\"}}") == "/WEB ab Ab Cd");
  CHECK(run("[{{pad .Name 1 2}}][{{truncate .Name 2}}][{{truncate .Name 9}}]") ==
        "[ /web  ][/w][/web]");
  CHECK(run("{{printf \"%s|%5d|%-6s|%q|%v|%t|%x|%%\" .Name 42 \"a\" \"b\" 1 true 255}}") ==
        "/web|   42|a     |\"b\"|1|true|ff|%");
  CHECK(run("{{printf \"%05d %+d %.2f %6.1f\" 42 7 1.5 2.25}}") == "00042 +7 1.50    2.2");
  CHECK(run("{{printf \"%d\" \"x\"}} {{printf \"%s\"}}") == "%!d(string=x) %!s(MISSING)");
  CHECK(run("{{.Name | printf \"%s-%s\" \"x\"}}") == "x-/web");
  CHECK(run("{{html \"<a>&'\"}}") == "&lt;a&gt;&amp;&#39;");
  CHECK(run("{{print 1 2 \"a\" 3}}|{{println 1 \"a\"}}") == "1 2a3|1 a\n");
}

TEST_CASE("comparisons and logic") {
  CHECK(run("{{eq .State.Status \"running\"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 2 "
            "1}}") == "true true true true false true");
  CHECK(run("{{eq .Name \"a\" \"/web\"}}") == "true");
  CHECK(run("{{and true .Name}} {{or \"\" 0 \"x\"}} {{not .Name}}") == "/web x false");
  CHECK(run("{{eq 1 \"a\"}}").find("incompatible types for comparison") != std::string::npos);
  // The rest is not looked at once the result is known.
  CHECK(run("{{and false (index .Config.Cmd 99)}}") == "false");
}

TEST_CASE("if, else if, with, range") {
  CHECK(run("{{if .State.Running}}a{{else}}b{{end}}") == "a");
  CHECK(run("{{if not .State.Running}}a{{else if eq .State.Pid 7}}b{{else}}c{{end}}") == "b");
  CHECK(run("{{with .State}}{{.Pid}}{{end}}{{with \"\"}}x{{else}}y{{end}}") == "7y");
  CHECK(run("{{range .Config.Cmd}}<{{.}}>{{end}}") == "<sh><-c><x>");
  CHECK(run("{{range .HostConfig.Binds}}x{{else}}none{{end}}") == "none");
  CHECK(run("{{range $i, $c := .Config.Cmd}}{{if $i}},{{end}}{{$i}}{{$c}}{{end}}") == "0sh,1-c,2x");
  CHECK(run("{{range $k, $v := .Config.Labels}}{{$k}}={{$v};}}{{end}}").starts_with("PARSE"));
  CHECK(run("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}") == "a=1;b.c=2;");
  CHECK(run("{{range .Config.Cmd}}{{if eq . \"-c\"}}{{continue}}{{end}}{{.}}{{end}}") == "shx");
  CHECK(run("{{range .Config.Cmd}}{{if eq . \"-c\"}}{{break}}{{end}}{{.}}{{end}}") == "sh");
  CHECK(run("{{range .Config.Cmd}}{{$.Name}}{{end}}") == "/web/web/web");
}

TEST_CASE("variables") {
  CHECK(run("{{$x := .Name}}{{$x}}{{$x = 1}}{{$x}}") == "/web1");
  CHECK(run("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}") == "21");
  CHECK(run("{{$x}}") == "PARSE template: :1: undefined variable \"$x\"");
}

TEST_CASE("trim markers and comments") {
  CHECK(run("a {{- \" b \" -}} c") == "a b c");
  CHECK(run("a{{/* nothing */}}b {{- /* none */ -}} c") == "abc");
}

TEST_CASE("syntax errors are Go's") {
  CHECK(run("{{.Foo") == "PARSE template: :1: unclosed action");
  CHECK(run("{{foo .Id}}") == "PARSE template: :1: function \"foo\" not defined");
  CHECK(run("{{if}}x{{end}}") == "PARSE template: :1: missing value for if");
  CHECK(run("{{if .Id}}") == "PARSE template: :1: unexpected EOF");
  CHECK(run("{{end}}") == "PARSE template: :1: unexpected {{end}}");
  CHECK(run("a\n{{\"x}}").starts_with("PARSE template: :2: unterminated quoted string"));
  CHECK(run("{{define \"a\"}}{{end}}").find("not supported") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "{{if 1}}";
  CHECK(run(deep).find("nested too deeply") != std::string::npos);
  CHECK(run("{{" + std::string(5000, '(')).starts_with("PARSE"));
}

TEST_CASE("escapes in string literals") {
  CHECK(run(R"({{"a\tb\"\x41\u00e9"}}{{`raw\t`}})") == "a\tb\"A\xc3\xa9raw\\t");
  CHECK(run(R"({{"\q"}})").starts_with("PARSE"));
  CHECK(run(R"({{"\x4"}})").starts_with("PARSE"));
}
