#include "daemon/db/database.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "libcontainer/base/io.hpp"

using namespace hexad;
using db::Database;

namespace {

struct TempDir {
  std::string path;
  TempDir() {
    char name[] = "/tmp/hxt-db-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~TempDir() { (void)remove_tree(path); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
};

std::unique_ptr<Database> sample(const std::string& path) {
  auto database = Database::open(path);
  REQUIRE(database);
  REQUIRE((*database)->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INT)"));
  return std::move(*database);
}

std::int64_t count(Database& database) {
  auto query = database.prepare("SELECT count(*) FROM t");
  REQUIRE(query);
  REQUIRE(query->step().value());
  return query->integer(0);
}

Result<> insert(Database& database, std::string_view name) {
  auto statement = TRY(database.prepare("INSERT INTO t (name) VALUES (?)"));
  return statement.bind(1, name).run();
}

}  // namespace

TEST_CASE("values come back as they went in, NULL as no value") {
  auto database = sample(":memory:");
  const std::string bytes("a\0b", 3);
  {
    auto put = database->prepare("INSERT INTO t (name, n) VALUES (?, ?)");
    REQUIRE(put);
    REQUIRE(put->bind(1, bytes).bind(2, std::int64_t{-5}).run());
    put->reset();
    REQUIRE(put->bind(1, std::string_view{}).bind_null(2).run());
  }
  auto query = database->prepare("SELECT name, n FROM t ORDER BY id");
  REQUIRE(query);
  REQUIRE(query->step().value());
  CHECK(query->text(0) == bytes);
  CHECK(query->maybe_integer(1) == -5);
  REQUIRE(query->step().value());
  CHECK(query->maybe_text(0) == "");
  CHECK_FALSE(query->maybe_integer(1));
  CHECK_FALSE(query->step().value());
}

TEST_CASE("a name twice is a conflict, other failures are internal") {
  auto database = sample(":memory:");
  REQUIRE(insert(*database, "x"));
  auto again = insert(*database, "x");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::conflict);
  auto broken = database->prepare("SELEKT");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Code::internal);
}

TEST_CASE("an error, an exception and a failed commit roll back") {
  const TempDir dir;
  auto database = sample(dir.path + "/x.db");
  auto failed = database->write([](Database& db) -> Result<> {
    TRY(insert(db, "a"));
    return fail(Code::forbidden, "no");
  });
  CHECK(failed.error().code == Code::forbidden);
  CHECK_THROWS(database->write([](Database& db) -> Result<> {
    TRY(insert(db, "a"));
    throw std::runtime_error("x");
  }));
  CHECK(count(*database) == 0);
  REQUIRE(database->write([](Database& db) -> Result<> { return insert(db, "a"); }));
  CHECK(count(*database) == 1);
}

TEST_CASE("inside write() reads see what was written, outside they do not yet") {
  const TempDir dir;
  auto database = sample(dir.path + "/x.db");
  REQUIRE(database->write([&](Database& db) -> Result<> {
    TRY(insert(db, "a"));
    CHECK(count(db) == 1);
    std::thread([&] { CHECK(count(*database) == 0); }).join();
    return {};
  }));
  CHECK(count(*database) == 1);
}

TEST_CASE("write() inside write() is an error, not a deadlock") {
  auto database = sample(":memory:");
  auto outer = database->write(
      [](Database& db) -> Result<> { return db.write([](Database&) -> Result<> { return {}; }); });
  CHECK_FALSE(outer);
}

TEST_CASE("a thread may hold several statements at once") {
  const TempDir dir;
  auto database = sample(dir.path + "/x.db");
  for (const auto* name : {"a", "b", "c"}) REQUIRE(insert(*database, name));
  auto outer = database->prepare("SELECT id FROM t");
  REQUIRE(outer);
  int rows = 0;
  while (outer->step().value()) {
    auto inner = database->prepare("SELECT name FROM t WHERE id = ?");
    REQUIRE(inner);
    REQUIRE(inner->bind(1, outer->integer(0)).step().value());
    ++rows;
  }
  CHECK(rows == 3);
}

TEST_CASE("WITH that writes goes to the writer") {
  const TempDir dir;
  auto database = sample(dir.path + "/x.db");
  auto statement =
      database->prepare("WITH v(x) AS (VALUES ('a')) INSERT INTO t (name) SELECT x FROM v");
  REQUIRE(statement);
  CHECK(statement->run());
}

TEST_CASE("many threads read and write at once") {
  const TempDir dir;
  auto database = sample(dir.path + "/x.db");
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        auto done = database->write([&](Database& db) -> Result<> {
          return insert(db, std::to_string(t) + "-" + std::to_string(i));
        });
        if (!done) ++failures;
        auto query = database->prepare("SELECT count(*) FROM t");
        if (!query || !query->step().value_or(false)) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK(count(*database) == 300);
}
