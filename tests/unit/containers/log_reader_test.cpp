#include "daemon/containers/log_reader.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "libcontainer/base/io.hpp"

using namespace hexad;
using namespace hexad::containers;

namespace {

struct TempLog {
  std::string dir = "/tmp/hxt-log-XXXXXX";
  std::string path;
  TempLog() {
    REQUIRE(::mkdtemp(dir.data()) != nullptr);
    path = dir + "/c-json.log";
  }
  ~TempLog() { (void)remove_tree(dir); }
  TempLog(const TempLog&) = delete;
  TempLog& operator=(const TempLog&) = delete;
  void add(std::string_view text, std::string_view stream = "stdout", int second = 1,
           const std::string& suffix = "") const {
    std::ofstream(path + suffix, std::ios::app)
        << R"({"log":")" << text << R"(","stream":")" << stream << R"(","time":"2026-01-01T00:00:0)"
        << second << ".000000000Z\"}\n";
  }
  void raw(std::string_view text) const { std::ofstream(path, std::ios::app) << text; }
};

std::string read_whole(const std::string& path, LogQuery query) {
  auto reader = LogReader::open(path, query);
  REQUIRE(reader);
  std::string out;
  for (;;) {
    auto piece = reader->next();
    REQUIRE(piece);
    if (piece->empty()) return out;
    out += *piece;
  }
}

LogQuery plain() {
  LogQuery query;
  query.framed = false;
  return query;
}

}  // namespace

TEST_CASE("a log is read from its oldest file to its newest") {
  const TempLog log;
  log.add("one\\n", "stdout", 1, ".2");
  log.add("two\\n", "stdout", 1, ".1");
  log.add("three\\n");
  CHECK(read_whole(log.path, plain()) == "one\ntwo\nthree\n");
}

TEST_CASE("frames carry stream and length") {
  const TempLog log;
  log.add("ab\\n");
  log.add("c\\n", "stderr");
  CHECK(read_whole(log.path, {}) == std::string("\1\0\0\0\0\0\0\3ab\n\2\0\0\0\0\0\0\2c\n", 21));
  LogQuery errors;
  errors.want_stdout = false;
  CHECK(read_whole(log.path, errors) == std::string("\2\0\0\0\0\0\0\2c\n", 10));
}

TEST_CASE("the tail counts lines across files") {
  const TempLog log;
  log.add("one\\n", "stdout", 1, ".1");
  log.add("two\\n", "stdout", 1, ".1");
  log.add("three\\n");
  auto query = plain();
  for (const auto& [count, text] :
       std::vector<std::pair<std::uint64_t, std::string>>{{0, ""},
                                                          {1, "three\n"},
                                                          {2, "two\nthree\n"},
                                                          {3, "one\ntwo\nthree\n"},
                                                          {9, "one\ntwo\nthree\n"}}) {
    query.tail = count;
    CHECK(read_whole(log.path, query) == text);
  }
}

TEST_CASE("a damaged line is passed over") {
  const TempLog log;
  log.add("one\\n");
  log.raw("{\"log\":\"brok\n\0\0garbage\n{}\n");
  log.add("bad escape \\x");
  log.add("two\\n");
  CHECK(read_whole(log.path, plain()) == "one\ntwo\n");
}

TEST_CASE("since and until bound the time, timestamps are shown") {
  const TempLog log;
  for (int second = 1; second <= 4; ++second)
    log.add(std::to_string(second) + "\\n", "stdout", second);
  auto query = plain();
  query.since = 1'767'225'602'000'000'000;  // 2026-01-01T00:00:02Z
  query.until = 1'767'225'603'000'000'000;
  query.timestamps = true;
  CHECK(read_whole(log.path, query) ==
        "2026-01-01T00:00:02.000000000Z 2\n2026-01-01T00:00:03.000000000Z 3\n");
}

TEST_CASE("timestamps are shown with nine digits, however they were written") {
  const TempLog log;
  log.raw("{\"log\":\"x\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T00:00:01.5Z\"}\n");
  auto query = plain();
  query.timestamps = true;
  CHECK(read_whole(log.path, query) == "2026-01-01T00:00:01.500000000Z x\n");
}

TEST_CASE("a follower sees what comes, also over a rotation") {
  const TempLog log;
  log.add("one\\n");
  auto reader = LogReader::open(log.path, plain());
  REQUIRE(reader);
  CHECK(reader->next().value() == "one\n");
  CHECK(reader->next().value().empty());
  log.add("two\\n");
  REQUIRE(::rename(log.path.c_str(), (log.path + ".1").c_str()) == 0);
  log.add("three\\n");
  CHECK(reader->next().value() == "two\nthree\n");
  log.raw("{\"log\":\"half");
  CHECK(reader->next().value().empty());
  log.raw("\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T00:00:01Z\"}\n");
  CHECK(reader->next().value() == "half\n");
}

TEST_CASE("escapes are undone") {
  std::string out;
  REQUIRE(append_unescaped(out, R"(a\t\"\\\u003c\u00e9\ud83d\ude00\ud83d)"));
  CHECK(out == "a\t\"\\<\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD");
  CHECK_FALSE(append_unescaped(out, R"(\u00)"));
  CHECK_FALSE(append_unescaped(out, "\\"));
}

TEST_CASE("a log that is not there reads as empty until it is") {
  const TempLog log;
  auto reader = LogReader::open(log.path, plain());
  REQUIRE(reader);
  CHECK(reader->next().value().empty());
  log.add("late\\n");
  CHECK(reader->next().value() == "late\n");
}
