#include "daemon/tar/reader.hpp"

#include <catch2/catch.hpp>

#include "tests/support/tar_builder.hpp"

using namespace hexad;
using support::TarBuilder;

namespace {

struct Member {
  tar::Entry entry;
  std::string data;  // as the file would read
};

Result<std::vector<Member>> read(const std::string& archive, std::size_t step = 1000) {
  tar::SourceStream stream(support::source_of(archive, step), 4096);
  tar::Reader reader(stream);
  std::vector<Member> members;
  Member m;
  while (TRY(reader.next(m.entry))) {
    m.data.clear();
    for (;;) {
      const auto piece = TRY(reader.data());
      if (piece.bytes.empty()) break;
      m.data.resize(static_cast<std::size_t>(piece.offset), '.');
      m.data += piece.bytes;
    }
    if (m.entry.size < 1'000'000) m.data.resize(static_cast<std::size_t>(m.entry.size), '.');
    members.push_back(m);
  }
  TRY(reader.finish());
  return members;
}

}  // namespace

TEST_CASE("members come in order with their data") {
  const auto archive = TarBuilder()
                           .dir("d/")
                           .file("d/f", std::string(5000, 'x'))
                           .symlink("l", "d/f")
                           .hard_link("h", "d/f")
                           .done();
  for (const std::size_t step : {1U, 511U, 512U, 100000U}) {
    auto members = read(archive, step);
    REQUIRE(members);
    REQUIRE(members->size() == 4);
    CHECK((*members)[0].entry.type == tar::Type::directory);
    CHECK((*members)[1].data == std::string(5000, 'x'));
    CHECK((*members)[2].entry.link == "d/f");
    CHECK((*members)[3].entry.type == tar::Type::hard_link);
  }
}

TEST_CASE("pax says more than the header") {
  TarBuilder b;
  b.add({.path = "x",
         .data = "hi",
         .pax = {{"path", std::string(300, 'p')},
                 {"mtime", "5.25"},
                 {"uid", "3000000"},
                 {"SCHILY.xattr.user.k", std::string("v\0w", 3)}}});
  b.file("next", "y");
  auto members = read(b.done());
  REQUIRE(members);
  const auto& e = (*members)[0].entry;
  CHECK(e.path == std::string(300, 'p'));
  CHECK(e.mtime == tar::Time{5, 250'000'000});
  CHECK(e.uid == 3'000'000);
  REQUIRE(e.xattrs.size() == 1);
  CHECK(e.xattrs[0].first == "user.k");
  CHECK(e.xattrs[0].second == std::string("v\0w", 3));
  CHECK((*members)[1].entry.path == "next");
  CHECK((*members)[1].entry.xattrs.empty());
}

TEST_CASE("a global header applies to nothing") {
  const auto record = TarBuilder::record("comment", "0123");
  TarBuilder b;
  b.raw(TarBuilder::header({.path = "pax_global_header", .flag = 'g', .data = record}))
      .padded(record)
      .file("f", "1");
  auto members = read(b.done());
  REQUIRE(members);
  CHECK(members->size() == 1);
}

TEST_CASE("GNU long names and links") {
  const std::string name(250, 'n'), link(270, 'l');
  TarBuilder b;
  b.raw(TarBuilder::header({.path = "././@LongLink", .flag = 'L', .data = name + '\0'}))
      .padded(name + '\0');
  b.raw(TarBuilder::header({.path = "././@LongLink", .flag = 'K', .data = link + '\0'}))
      .padded(link + '\0');
  b.symlink("cut", "cut");
  auto members = read(b.done());
  REQUIRE(members);
  CHECK((*members)[0].entry.path == name);
  CHECK((*members)[0].entry.link == link);
}

TEST_CASE("names that are no UTF-8 stay as they are") {
  const std::string name = "caf\xe9/\xff\xfe";
  for (const bool pax : {false, true}) {
    TarBuilder b;
    b.add({.path = pax ? "x" : name,
           .pax = pax ? std::vector<std::pair<std::string, std::string>>{{"path", name}}
                      : std::vector<std::pair<std::string, std::string>>{}});
    auto members = read(b.done());
    REQUIRE(members);
    CHECK((*members)[0].entry.path == name);
  }
}

TEST_CASE("an old regular file whose name ends in a slash is a directory") {
  TarBuilder b;
  b.add({.path = "d/", .flag = '\0'}).add({.path = "f", .flag = '\0', .data = "1"});
  auto members = read(b.done());
  REQUIRE(members);
  CHECK((*members)[0].entry.type == tar::Type::directory);
  CHECK((*members)[1].entry.type == tar::Type::file);
}

TEST_CASE("what is cut off is refused") {
  const auto archive = TarBuilder().file("f", std::string(3000, 'x')).done();
  for (const std::size_t size : {1U, 300U, 511U, 513U, 2000U, 3511U, 3583U}) {
    auto members = read(archive.substr(0, size));
    REQUIRE_FALSE(members);
    CHECK(members.error().message == "unexpected EOF");
    CHECK(members.error().code == Code::invalid_argument);
  }
  // Without its end blocks an archive is whole all the same.
  CHECK(read(archive.substr(0, 512 + 3072)));
  CHECK(read(""));
}

TEST_CASE("a header that only announces another one is not the end") {
  TarBuilder b;
  const auto record = TarBuilder::record("path", "x");
  b.raw(TarBuilder::header({.path = "p", .flag = 'x', .data = record})).padded(record);
  auto members = read(b.unfinished());
  REQUIRE_FALSE(members);
}

TEST_CASE("broken archives are refused") {
  CHECK_FALSE(read("garbage"));
  CHECK_FALSE(read(std::string(2048, 'g')));
  CHECK_FALSE(read(TarBuilder().add({.path = "x", .flag = 'M'}).done()));
  CHECK_FALSE(read(TarBuilder().add({.path = "x", .pax = {{"size", "-1"}}}).done()));
  CHECK_FALSE(read(TarBuilder().add({.path = "x", .pax = {{"uid", "4294967295"}}}).done()));
  CHECK_FALSE(
      read(TarBuilder().add({.path = "x", .pax = {{"path", std::string("a\0b", 3)}}}).done()));
  CHECK_FALSE(read(TarBuilder().add({.path = "x", .flag = 'x', .size = 1 << 30}).done()));
  CHECK_FALSE(read(TarBuilder().raw(std::string(512, '\0')).file("x", "1").done()));
}

TEST_CASE("unread data is skipped") {
  tar::SourceStream stream(
      support::source_of(TarBuilder().file("a", std::string(9000, 'a')).file("b", "b").done()),
      1024);
  tar::Reader reader(stream);
  tar::Entry entry;
  REQUIRE(reader.next(entry).value());
  REQUIRE(reader.data());
  REQUIRE(reader.next(entry).value());
  CHECK(entry.path == "b");
  CHECK(reader.data()->bytes == "b");
  CHECK_FALSE(reader.next(entry).value());
  CHECK_FALSE(reader.next(entry).value());
}

TEST_CASE("a failing source's error comes through") {
  tar::SourceStream stream(
      [](char*, std::size_t) -> Result<std::size_t> { return fail(Code::unavailable, "gone"); });
  tar::Reader reader(stream);
  tar::Entry entry;
  auto r = reader.next(entry);
  REQUIRE_FALSE(r);
  CHECK(r.error().message == "gone");
}

TEST_CASE("sparse members in pax 1.0 form") {
  std::string data = "2\n0\n3\n10\n2\n";
  data.resize(512, '\0');
  data += "abcde";
  TarBuilder b;
  b.add({.path = "GNUSparseFile.0/s",
         .data = data,
         .pax = {{"GNU.sparse.major", "1"},
                 {"GNU.sparse.minor", "0"},
                 {"GNU.sparse.name", "s"},
                 {"GNU.sparse.realsize", "20"}}})
      .file("after", "!");
  auto members = read(b.done());
  REQUIRE(members);
  CHECK((*members)[0].entry.path == "s");
  CHECK((*members)[0].data == "abc.......de........");
  CHECK((*members)[1].data == "!");
}

TEST_CASE("sparse members in pax 0.1 and 0.0 form") {
  using Pax = std::vector<std::pair<std::string, std::string>>;
  const Pax map{
      {"GNU.sparse.size", "12"}, {"GNU.sparse.name", "s"}, {"GNU.sparse.map", "0,2,8,0,10,2"}};
  const Pax pairs{{"GNU.sparse.size", "12"},
                  {"GNU.sparse.offset", "0"},
                  {"GNU.sparse.numbytes", "2"},
                  {"GNU.sparse.offset", "10"},
                  {"GNU.sparse.numbytes", "2"}};
  for (const auto& pax : {map, pairs}) {
    auto members = read(TarBuilder().add({.path = "x", .data = "abcd", .pax = pax}).done());
    REQUIRE(members);
    CHECK((*members)[0].data == "ab........cd");
  }
}

TEST_CASE("sparse members in the old GNU form") {
  auto block = TarBuilder::header({.path = "s", .flag = 'S', .data = "abcd"});
  std::memcpy(&block[257], "ustar  \0", 8);
  const auto put = [](std::string& b, std::size_t at, unsigned v) {
    std::snprintf(&b[at], 12, "%011o", v);
  };
  put(block, 386, 0), put(block, 398, 2);
  block[482] = 1;
  put(block, 483, 100);
  std::string more(512, '\0');
  put(more, 0, 98), put(more, 12, 2);
  auto members = read(TarBuilder()
                          .raw(TarBuilder::sealed(block))
                          .raw(more)
                          .padded("abcd")
                          .file("after", "!")
                          .done());
  REQUIRE(members);
  CHECK((*members)[0].data == "ab" + std::string(96, '.') + "cd");
  CHECK((*members)[1].data == "!");
}

TEST_CASE("sparse maps that lie are refused") {
  using Pax = std::vector<std::pair<std::string, std::string>>;
  for (const auto* map :
       {"0,5", "0,2,1,2", "10,4", "0,2,9223372036854775807,2", "0", "a,b", "0,-4", "0,2"}) {
    const Pax pax{{"GNU.sparse.size", "12"}, {"GNU.sparse.map", map}};
    CHECK_FALSE(read(TarBuilder().add({.path = "x", .data = "abcd", .pax = pax}).done()));
  }
  const Pax one{
      {"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.realsize", "20"}};
  CHECK_FALSE(read(TarBuilder().add({.path = "x", .data = "99999999\n", .pax = one}).done()));
  CHECK_FALSE(
      read(TarBuilder().add({.path = "x", .data = std::string(600, '1'), .pax = one}).done()));
}
