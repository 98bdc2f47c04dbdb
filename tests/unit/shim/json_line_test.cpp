#include "libcontainer/shim/json_line.hpp"

#include <catch2/catch.hpp>

using namespace hexad::shim;

namespace {
std::string escaped(std::string_view text) {
  std::string out;
  append_json_escaped(out, text);
  return out;
}
}  // namespace

TEST_CASE("plain text stays as it is, at every length") {
  for (std::size_t n = 0; n < 70; ++n) CHECK(escaped(std::string(n, 'a')) == std::string(n, 'a'));
}

TEST_CASE("what needs escaping is found at every place") {
  for (std::size_t n = 0; n < 40; ++n) {
    const std::string before(n, 'a'), after(20, 'b');
    CHECK(escaped(before + "\"" + after) == before + "\\\"" + after);
    CHECK(escaped(before + "\n" + after) == before + "\\n" + after);
    CHECK(escaped(before + "\x7f" + after) == before + "\x7f" + after);
  }
}

TEST_CASE("escapes are those of Docker's log") {
  CHECK(escaped("\\\"\r\n\t\x01\x1f") == "\\\\\\\"\\r\\n\\u0009\\u0001\\u001f");
  CHECK(escaped("<a&b>") == "\\u003ca\\u0026b\\u003e");
  CHECK(escaped(std::string("\0", 1)) == "\\u0000");
  CHECK(escaped("\u2028\u2029\u2030") == "\\u2028\\u2029\u2030");
}

TEST_CASE("UTF-8 passes, anything else becomes the replacement character byte by byte") {
  CHECK(escaped("grüß €𝄞") == "grüß €𝄞");
  CHECK(escaped("\xff") == "\\ufffd");
  CHECK(escaped("a\xc3") == "a\\ufffd");
  CHECK(escaped("\xc3(") == "\\ufffd(");
  CHECK(escaped("\xed\xa0\x80") == "\\ufffd\\ufffd\\ufffd");  // a surrogate
  CHECK(escaped("\xc0\xaf") == "\\ufffd\\ufffd");             // overlong
  CHECK(escaped("\xf4\x90\x80\x80") == "\\ufffd\\ufffd\\ufffd\\ufffd");
  CHECK(escaped("\xe2\x82") == "\\ufffd\\ufffd");
}

TEST_CASE("times have as many digits as they need") {
  CHECK(format_log_time(1'136'214'245'000'000'000) == "2006-01-02T15:04:05Z");
  CHECK(format_log_time(1'136'214'245'120'000'000) == "2006-01-02T15:04:05.12Z");
  CHECK(format_log_time(1'136'214'245'123'456'789) == "2006-01-02T15:04:05.123456789Z");
}
