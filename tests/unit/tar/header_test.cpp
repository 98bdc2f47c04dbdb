#include "daemon/tar/header.hpp"

#include <catch2/catch.hpp>

#include "daemon/tar/pax.hpp"
#include "tests/support/tar_builder.hpp"

using namespace hexad::tar;
using support::TarBuilder;

TEST_CASE("numbers are octal with any padding, or base 256") {
  using namespace std::string_literals;
  CHECK(parse_number("0000644\0"s) == 0644);
  CHECK(parse_number(" 644 \0\0"s) == 0644);
  CHECK(parse_number(std::string(8, '\0')) == 0);
  CHECK(parse_number("\x80\x00\x00\x00\x00\x00\x01\x02"s) == 0x102);
  CHECK(parse_number("\xff\xff\xff\xff\xff\xff\xff\xfe"s) == -2);
  CHECK(parse_number("\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff"s) == 0x7fffffffffffffff);
  CHECK_FALSE(parse_number("\x80\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"s));
  CHECK_FALSE(parse_number("\x81\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"s));
  CHECK_FALSE(parse_number("00008"));
  CHECK_FALSE(parse_number("-1"));
  CHECK_FALSE(parse_number("7777777777777777777777777"));
}

TEST_CASE("a header gives its fields") {
  auto h = parse_header(TarBuilder::header(
      {.path = "a/b", .flag = '2', .link = "c", .mode = 04755, .uid = 7, .gid = 8}));
  REQUIRE(h);
  CHECK(h->path == "a/b");
  CHECK(h->link == "c");
  CHECK(h->mode == 04755);
  CHECK(h->uid == 7);
  CHECK(h->gid == 8);
  CHECK(h->format == Format::ustar);
}

TEST_CASE("a prefix goes in front of the name") {
  auto block = TarBuilder::header({.path = "name"});
  std::memcpy(&block[345], "some/prefix", 11);
  auto h = parse_header(TarBuilder::sealed(block));
  REQUIRE(h);
  CHECK(h->path == "some/prefix/name");
}

TEST_CASE("a wrong checksum is an invalid header") {
  auto block = TarBuilder::header({.path = "a"});
  block[0] = 'b';
  auto h = parse_header(block);
  REQUIRE_FALSE(h);
  CHECK(h.error().message == "archive/tar: invalid tar header");
  CHECK(h.error().code == hexad::Code::invalid_argument);
}

TEST_CASE("a negative size is an invalid header") {
  auto block = TarBuilder::header({.path = "a"});
  std::memset(&block[124], 0xff, 12);
  CHECK_FALSE(parse_header(TarBuilder::sealed(block)));
}

TEST_CASE("pax records are read to the byte") {
  auto records = parse_pax(TarBuilder::record("path", "a\nb=c") + TarBuilder::record("k", ""));
  REQUIRE(records);
  REQUIRE(records->size() == 2);
  CHECK((*records)[0] == std::pair<std::string, std::string>{"path", "a\nb=c"});
  CHECK((*records)[1].second.empty());
  CHECK_FALSE(parse_pax("6 a=b"));
  CHECK_FALSE(parse_pax("99 a=b\n"));
  CHECK_FALSE(parse_pax("x a=b\n"));
  CHECK_FALSE(parse_pax(" a=b\n"));
  CHECK_FALSE(parse_pax("3 \n"));
  CHECK_FALSE(parse_pax("6 abc\n"));
  CHECK_FALSE(parse_pax("5 =b\n"));
  CHECK_FALSE(parse_pax("99999999999999999999 a=b\n"));
}

TEST_CASE("pax times have nanoseconds and may lie before 1970") {
  CHECK(parse_pax_time("12.5") == Time{12, 500'000'000});
  CHECK(parse_pax_time("12.1234567899") == Time{12, 123'456'789});
  CHECK(parse_pax_time("-1.25") == Time{-2, 750'000'000});
  CHECK(parse_pax_time("-3") == Time{-3, 0});
  CHECK_FALSE(parse_pax_time("1.x"));
  CHECK_FALSE(parse_pax_time(""));
}
