#include <catch2/catch.hpp>

#include "client/ports_text.hpp"
#include "client/tables.hpp"

using namespace hexad::client;

TEST_CASE("columns are as wide as their widest cell") {
  CHECK(align_columns("A\tB\nlong cell here\tx\n", 5, 3) ==
        "A                B\nlong cell here   x\n");
  CHECK(align_columns("A\tB\n", 10, 3) == "A         B\n");
  CHECK(align_columns("", 10, 3).empty());
  CHECK(align_columns("plain\n", 10, 3) == "plain\n");
}

TEST_CASE("an empty cell keeps its column, the last cell is not padded") {
  CHECK(align_columns("ID\tPORTS\tNAME\n1\t\tweb\n", 4, 2) == "ID  PORTS  NAME\n1          web\n");
}

TEST_CASE("a line without cells ends the block of a column, as in Go") {
  CHECK(align_columns("a\tb\nx\nlonger\tc\n", 2, 1) == "a b\nx\nlonger c\n");
}

TEST_CASE("widths count characters") {
  CHECK(text_width("h\xc3\xa9llo") == 5);
  CHECK(align_columns("\xe2\x80\xa6\tb\naaa\tb\n", 2, 1) == "\xe2\x80\xa6   b\naaa b\n");
  CHECK(ellipsis("abcdef", 4) == "abc\xe2\x80\xa6");
  CHECK(ellipsis("abcd", 4) == "abcd");
  CHECK(ellipsis("\xc3\xa9\xc3\xa9\xc3\xa9", 2) == "\xc3\xa9\xe2\x80\xa6");
}

TEST_CASE("ports: ranges only where host and container agree") {
  const auto text = [](const char* json) { return ports_text(parse_json(json).value()); };
  CHECK(text("[]").empty());
  CHECK(text(R"([{"PrivatePort":80,"Type":"tcp"}])") == "80/tcp");
  CHECK(text(R"([{"PrivatePort":81,"Type":"tcp"},{"PrivatePort":80,"Type":"tcp"}])") ==
        "80-81/tcp");
  CHECK(text(R"([{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},
                 {"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}])") ==
        "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp");
  CHECK(text(R"([{"IP":"127.0.0.1","PrivatePort":7000,"PublicPort":7000,"Type":"tcp"},
                 {"IP":"127.0.0.1","PrivatePort":7001,"PublicPort":7001,"Type":"tcp"}])") ==
        "127.0.0.1:7000-7001->7000-7001/tcp");
}
