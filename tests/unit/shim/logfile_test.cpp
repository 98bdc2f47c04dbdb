#include "libcontainer/shim/logfile.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

using namespace hexad;
using shim::LogFile;
using shim::Stream;

namespace {

constexpr std::int64_t kTime = 1'136'214'245'500'000'000;  // 2006-01-02T15:04:05.5Z

struct Folder {
  std::string path = "/tmp/hxt-log-" + random_hex(6);
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file() const { return path + "/x-json.log"; }
  [[nodiscard]] std::string text(const std::string& suffix = "") const {
    return read_file(file() + suffix).value_or("");
  }
};

std::string record(const std::string& text, const char* stream = "stdout",
                   const char* time = "2006-01-02T15:04:05.5Z") {
  return "{\"log\":\"" + text + "\",\"stream\":\"" + stream + "\",\"time\":\"" + time + "\"}\n";
}

}  // namespace

TEST_CASE("each line is a record, as soon as it is complete") {
  Folder folder;
  auto log = LogFile::open(folder.file(), 0, 1);
  REQUIRE(log);
  log->write(Stream::out, "one\ntwo\npart", kTime);
  CHECK(folder.text() == record("one\\n") + record("two\\n"));
  log->write(Stream::err, "other\n", kTime);
  log->write(Stream::out, "ial\n\n", kTime);
  log->write(Stream::out, "rest", kTime);
  log->finish(Stream::out, kTime);
  log->finish(Stream::err, kTime);
  CHECK(folder.text() == record("one\\n") + record("two\\n") + record("other\\n", "stderr") +
                             record("partial\\n") + record("\\n") + record("rest"));
}

TEST_CASE("a long line is split at 16 KiB, and its pieces bear one time") {
  Folder folder;
  auto log = LogFile::open(folder.file(), 0, 1);
  REQUIRE(log);
  const std::string piece(LogFile::kMaxLine, 'x');
  log->write(Stream::out, piece.substr(0, 100), kTime);
  log->write(Stream::out, piece.substr(100) + piece + "end", kTime);
  log->write(Stream::out, "ing\nnext\n", kTime + 1'000'000'000);
  CHECK(folder.text() == record(piece) + record(piece) + record("ending\\n") +
                             record("next\\n", "stdout", "2006-01-02T15:04:06.5Z"));
}

TEST_CASE("a character cut in two by reading is whole in the log") {
  Folder folder;
  auto log = LogFile::open(folder.file(), 0, 1);
  REQUIRE(log);
  log->write(Stream::out, "a\xe2\x82", kTime);
  log->write(Stream::out, "\xac z\n", kTime);
  CHECK(folder.text() == record("a€ z\\n"));
}

TEST_CASE("a log that is opened again goes on where it was") {
  Folder folder;
  for (int i = 0; i < 2; ++i) {
    auto log = LogFile::open(folder.file(), 0, 1);
    REQUIRE(log);
    log->write(Stream::out, "x\n", kTime);
  }
  CHECK(folder.text() == record("x\\n") + record("x\\n"));
}

TEST_CASE("files rotate at their size and the oldest goes") {
  Folder folder;
  auto log = LogFile::open(folder.file(), 200, 3);
  REQUIRE(log);
  std::string expected;
  for (int i = 0; i < 12; ++i) log->write(Stream::out, std::to_string(i) + "\n", kTime);
  // Three records of about 65 bytes reach the size, the next begins a new file.
  const std::string all = folder.text(".2") + folder.text(".1") + folder.text();
  for (int i = 12 - 9; i < 12; ++i) expected += record(std::to_string(i) + "\\n");
  CHECK(all.find(expected.substr(expected.size() - 300)) != std::string::npos);
  CHECK(all.substr(all.size() - record("11\\n").size()) == record("11\\n"));
  CHECK(folder.text(".3").empty());
  CHECK(folder.text().size() < 200 + 100);
  CHECK(folder.text(".1").size() >= 200);
}

TEST_CASE("a single file starts over") {
  Folder folder;
  auto log = LogFile::open(folder.file(), 100, 1);
  REQUIRE(log);
  for (int i = 0; i < 9; ++i) log->write(Stream::out, std::to_string(i) + "\n", kTime);
  CHECK(folder.text().find(record("8\\n")) != std::string::npos);
  CHECK(folder.text().size() < 200);
  CHECK_FALSE(std::filesystem::exists(folder.file() + ".1"));
}

TEST_CASE("the log takes output faster than anybody makes it") {
  Folder folder;
  auto log = LogFile::open(folder.file(), 64U << 20, 2);
  REQUIRE(log);
  std::string chunk;
  while (chunk.size() < 64U << 10) chunk += std::string(99, 'l') + "\n";
  const auto before = std::chrono::steady_clock::now();
  constexpr int kRounds = 400;
  for (int i = 0; i < kRounds; ++i) log->write(Stream::out, chunk, kTime + i);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
  std::cout << "log: " << static_cast<double>(chunk.size()) * kRounds / took.count() / 1e6
            << " MB/s\n";
  CHECK(took.count() < 30);
}
