#include "libcontainer/firewall/tool.hpp"

#include <catch2/catch.hpp>

using namespace hexad::firewall;

TEST_CASE("a tool gets its input and gives its output and exit code") {
  const auto ran = run_tool({"/bin/sh", "-c", "cat; echo oops >&2; exit 3"}, "hello\n");
  REQUIRE(ran);
  CHECK(ran->exit_code == 3);
  CHECK(ran->out == "hello\n");
  CHECK(ran->err == "oops\n");
}

TEST_CASE("a tool that dies by a signal is told from one that exits") {
  const auto ran = run_tool({"/bin/sh", "-c", "kill -9 $$"});
  REQUIRE(ran);
  CHECK(ran->exit_code == 137);
}

TEST_CASE("a missing tool is an error with its errno") {
  const auto ran = run_tool({"/nonexistent/iptables"});
  REQUIRE_FALSE(ran);
  CHECK(ran.error().sys_errno == ENOENT);
  CHECK(find_tool("no-such-tool-of-anybody").empty());
}
