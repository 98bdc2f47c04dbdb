#include "daemon/tar/writer.hpp"

#include <catch2/catch.hpp>

#include "daemon/tar/reader.hpp"
#include "tests/support/tar_builder.hpp"

using namespace hexad;

TEST_CASE("what the writer writes, the reader reads") {
  std::string out;
  tar::Writer writer([&](std::string_view bytes) -> Result<> {
    out += bytes;
    return {};
  });
  const std::string deep = "d/" + std::string(180, 'x');
  REQUIRE(writer.directory("d/", 0755, {5, 0}));
  REQUIRE(writer.file(deep, 0600, {6, 0}, "hello"));
  REQUIRE(writer.begin_file("big", 0644, {}, std::int64_t{9} << 30));
  tar::SourceStream stream(support::source_of(out));
  tar::Reader reader(stream);
  tar::Entry entry;
  REQUIRE(reader.next(entry).value());
  CHECK(entry.type == tar::Type::directory);
  CHECK(entry.mtime.seconds == 5);
  REQUIRE(reader.next(entry).value());
  CHECK(entry.path == deep);
  CHECK(entry.mode == 0600);
  CHECK(reader.data()->bytes == "hello");
  REQUIRE(reader.next(entry).value());
  CHECK(entry.size == std::int64_t{9} << 30);
}

TEST_CASE("an archive ends with two empty blocks and whole ones before") {
  std::string out;
  tar::Writer writer([&](std::string_view bytes) -> Result<> {
    out += bytes;
    return {};
  });
  REQUIRE(writer.file("a", 0644, {}, std::string(513, 'a')));
  REQUIRE(writer.finish());
  CHECK(out.size() == 512 + 1024 + 1024);
}
