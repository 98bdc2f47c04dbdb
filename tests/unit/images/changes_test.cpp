// The answers are those of Docker Engine 20.10 to the same `docker import --change`.
#include "daemon/images/changes.hpp"

#include <catch2/catch.hpp>

using hexad::images::apply_changes;
using Lines = std::vector<std::string>;
using hexad::api::ImageConfig;

namespace {

ImageConfig good(const Lines& lines) {
  ImageConfig config;
  const auto r = apply_changes(lines, config);
  INFO((r ? "" : r.error().message));
  REQUIRE(r);
  return config;
}

std::string bad(const Lines& lines) {
  ImageConfig config;
  const auto r = apply_changes(lines, config);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == hexad::Code::invalid_argument);
  return r.error().message;
}

}  // namespace

TEST_CASE("CMD and ENTRYPOINT in both forms") {
  CHECK(*good({R"(CMD ["a","b c"])"}).cmd == Lines{"a", "b c"});
  CHECK(*good({"cmd echo $A"}).cmd == Lines{"/bin/sh", "-c", "echo $A"});
  CHECK(*good({"ENTRYPOINT foo  bar"}).entrypoint == Lines{"/bin/sh", "-c", "foo  bar"});
  CHECK(*good({R"(CMD ["a")"}).cmd == Lines{"/bin/sh", "-c", R"(["a")"});
  CHECK(*good({"CMD a", "CMD"}).cmd == Lines{"/bin/sh", "-c"});
  CHECK_FALSE(good({"CMD []"}).cmd);
  CHECK_FALSE(good({"ENTRYPOINT []"}).entrypoint);
  CHECK(*good({"CMD b", R"(ENTRYPOINT ["a"])"}).cmd == Lines{"/bin/sh", "-c", "b"});
  CHECK(bad({"CMD [ \"a\" , 1 ]"}) ==
        "when using JSON array syntax, arrays must be comprised of strings only");
  CHECK(bad({"CMD --x y"}) == "Unknown flag: x");
}

TEST_CASE("ENV takes pairs, the old form and variables") {
  CHECK(good({R"(ENV A=1 B="x y" C=a\ b D='q $A')", R"(ENV E=$A-${A}-${X:+y}-${A:+y}-\$A)"}).env ==
        Lines{"A=1", "B=x y", "C=a b", "D=q $A", "E=1-1--y-$A"});
  CHECK(good({"ENV A b c"}).env == Lines{"A=b c"});
  CHECK(good({"ENV A="}).env == Lines{"A="});
  CHECK(good({"ENV A=1 B=2", "ENV A=3"}).env == Lines{"A=3", "B=2"});
  CHECK(good({"ENV A=${B:-x} C=$A"}).env == Lines{"A=x", "C="});
  CHECK(bad({"ENV A"}) == "ENV must have two arguments");
  CHECK(bad({"ENV"}) == "ENV requires at least one argument");
  CHECK(bad({"ENV =x"}) == "ENV names can not be blank");
  CHECK(bad({"ENV A=b c"}) ==
        "Syntax error - can't find = in \"c\". Must be of the form: name=value");
  CHECK(bad({"ENV A=\"b"})
            .ends_with("unexpected end of statement while looking for matching double-quote"));
}

TEST_CASE("LABEL") {
  const auto labels =
      good({R"(LABEL a=b c="d e" f=$A)", "LABEL x y z", "ENV A=1", "LABEL k$A=v$A"}).labels;
  CHECK(labels == std::map<std::string, std::string>{
                      {"a", "b"}, {"c", "d e"}, {"f", ""}, {"x", "y z"}, {"k1", "v1"}});
  CHECK(bad({"LABEL a"}) == "LABEL must have two arguments");
  CHECK(bad({"LABEL =x"}) == "LABEL names can not be blank");
}

TEST_CASE("EXPOSE takes ports, protocols and ranges") {
  CHECK(good({"EXPOSE 80 90/udp 100-102 7000/TCP"}).exposed_ports ==
        std::set<std::string>{"80/tcp", "90/udp", "100/tcp", "101/tcp", "102/tcp", "7000/tcp"});
  CHECK(bad({"EXPOSE abc"}) == "Invalid containerPort: abc");
  CHECK(bad({"EXPOSE 80-x"}) == "Invalid containerPort: 80-x");
  CHECK(bad({"EXPOSE 70000"}) == "Invalid containerPort: 70000");
  CHECK(bad({"EXPOSE 80/foo"}) == "Invalid proto: foo");
  CHECK(bad({"EXPOSE"}) == "EXPOSE requires at least one argument");
}

TEST_CASE("VOLUME, USER, WORKDIR and STOPSIGNAL") {
  CHECK(good({"VOLUME /x /y", R"(VOLUME ["/a"])"}).volumes ==
        std::set<std::string>{"/a", "/x", "/y"});
  CHECK(bad({"VOLUME"}) == "VOLUME requires at least one argument");
  CHECK(bad({R"(VOLUME ["/x", ""])"}) == "VOLUME specified can not be an empty string");
  CHECK(good({"USER u:g x"}).user == "u:g x");
  CHECK(good({"ENV A=1", "USER ${A}x"}).user == "1x");
  CHECK(good({"USER \"a b\""}).user == "a b");
  CHECK(bad({"USER"}) == "USER requires exactly one argument");
  CHECK(good({"WORKDIR rel", "WORKDIR sub"}).working_dir == "/rel/sub");
  CHECK(good({"WORKDIR /abs/", "WORKDIR ../x"}).working_dir == "/x");
  CHECK(good({"WORKDIR ../../.."}).working_dir == "/");
  CHECK(good({"WORKDIR /a b"}).working_dir == "/a b");
  CHECK(bad({"WORKDIR"}) == "WORKDIR requires exactly one argument");
  CHECK(good({"STOPSIGNAL SIGTERM"}).stop_signal == "SIGTERM");
  CHECK_FALSE(bad({"STOPSIGNAL FOO"}).empty());
}

TEST_CASE("ONBUILD") {
  CHECK(good({"ONBUILD run x  y"}).on_build == Lines{"run x  y"});
  CHECK(bad({"ONBUILD"}) == "ONBUILD requires at least one argument");
  CHECK(bad({"ONBUILD ONBUILD x"}) == "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  CHECK(bad({"ONBUILD FROM x"}) == "FROM isn't allowed as an ONBUILD trigger");
}

TEST_CASE("HEALTHCHECK") {
  auto check =
      good({"HEALTHCHECK --interval=5s --timeout=1m --retries=3 --start-period=2s CMD foo bar"})
          .healthcheck;
  REQUIRE(check);
  CHECK(check->test == Lines{"CMD-SHELL", "foo bar"});
  CHECK(check->interval == 5'000'000'000);
  CHECK(check->timeout == 60'000'000'000);
  CHECK(check->start_period == 2'000'000'000);
  CHECK(check->retries == 3);
  CHECK(good({R"(HEALTHCHECK CMD ["a","b"])"}).healthcheck->test == Lines{"CMD", "a", "b"});
  CHECK(good({"HEALTHCHECK NONE"}).healthcheck->test == Lines{"NONE"});
  CHECK(bad({"HEALTHCHECK"}) == "HEALTHCHECK requires at least one argument");
  CHECK(bad({"HEALTHCHECK NONE x"}) == "HEALTHCHECK NONE takes no arguments");
  CHECK(bad({"HEALTHCHECK FOO"}) == "Unknown type \"FOO\" in HEALTHCHECK (try CMD)");
  CHECK(bad({"HEALTHCHECK CMD"}) == "Missing command after HEALTHCHECK CMD");
  CHECK(bad({"HEALTHCHECK --foo=1 CMD x"}) == "Unknown flag: foo");
  CHECK(bad({"HEALTHCHECK --interval=x CMD x"}) == "time: invalid duration \"x\"");
  CHECK(bad({"HEALTHCHECK --interval=5us CMD x"}) ==
        "Interval \"interval\" cannot be less than 1ms");
  CHECK(bad({"HEALTHCHECK --retries=0 CMD x"}) == "--retries must be at least 1 (not 0)");
  CHECK(bad({"HEALTHCHECK --retries=x CMD x"}) ==
        "strconv.ParseInt: parsing \"x\": invalid syntax");
}

TEST_CASE("lines: continued, commented, unknown, none") {
  CHECK(good({}).env.empty());
  CHECK(*good({"CMD   a   \"b c\"  \\\n d"}).cmd == Lines{"/bin/sh", "-c", "a   \"b c\"   d"});
  CHECK(good({"# no\nENV A=1\n\nUSER x"}).user == "x");
  CHECK(bad({"# comment"}) == "file with no instructions");
  CHECK(bad({""}) == "file with no instructions");
  CHECK(bad({"FOO x"}) == "foo is not a valid change command");
  CHECK(bad({"RUN x"}) == "run is not a valid change command");
  // Nothing is applied when a later line is unknown.
  ImageConfig config;
  CHECK_FALSE(apply_changes({"USER x", "COPY a b"}, config));
  CHECK(config.user.empty());
}
