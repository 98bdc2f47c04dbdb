#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "daemon/db/database.hpp"
#include "daemon/db/migrations.hpp"
#include "libcontainer/base/io.hpp"

using namespace hexad;
using db::Database;
using db::Migration;

namespace {

struct TempFile {
  std::string dir, path;
  TempFile() {
    char name[] = "/tmp/hxt-migrate-XXXXXX";
    dir = ::mkdtemp(name);
    path = dir + "/x.db";
  }
  ~TempFile() { (void)remove_tree(dir); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
};

constexpr Migration kFirst{"0001_a.sql", "CREATE TABLE a (x INT);", "h1"};
constexpr Migration kSecond{"0002_b.sql", "CREATE TABLE b (x INT); INSERT INTO b VALUES (1);",
                            "h2"};

Result<> run(const std::string& path, std::span<const Migration> list) {
  auto database = TRY(Database::open(path));
  return db::migrate(*database, path, list);
}

}  // namespace

TEST_CASE("the embedded migrations run on an empty database, and again without effect") {
  const TempFile file;
  auto database = Database::open(file.path);
  REQUIRE(database);
  auto first = db::migrate(**database, file.path);
  INFO((first ? "" : first.error().message));
  REQUIRE(first);
  REQUIRE(db::migrate(**database, file.path));
  CHECK((*database)->execute("SELECT key, value FROM settings"));
  CHECK_FALSE(path_exists(file.path + ".before-0001"));
}

TEST_CASE("embedded names are in order and unique") {
  const auto list = db::embedded_migrations();
  REQUIRE_FALSE(list.empty());
  for (std::size_t i = 1; i < list.size(); ++i) CHECK(list[i - 1].name < list[i].name);
}

TEST_CASE("a step on an existing database copies it aside first") {
  const TempFile file;
  REQUIRE(run(file.path, std::array{kFirst}));
  REQUIRE(run(file.path, std::array{kFirst, kSecond}));
  const auto copy = file.path + ".before-0002";
  REQUIRE(path_exists(copy));
  auto old = Database::open(copy);
  REQUIRE(old);
  CHECK((*old)->execute("SELECT * FROM a"));
  CHECK_FALSE((*old)->execute("SELECT * FROM b"));
}

TEST_CASE("a database that is newer than the program is refused") {
  const TempFile file;
  REQUIRE(run(file.path, std::array{kFirst, kSecond}));
  auto refused = run(file.path, std::array{kFirst});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "the database is newer than this program: it has 0002_b.sql");
}

TEST_CASE("a changed migration is refused") {
  const TempFile file;
  REQUIRE(run(file.path, std::array{kFirst}));
  CHECK_FALSE(run(file.path, std::array{Migration{"0001_a.sql", "CREATE TABLE a (y INT);", "h3"}}));
}

TEST_CASE("a failing step leaves nothing of itself, the ones before stay") {
  const TempFile file;
  const Migration broken{"0002_b.sql", "CREATE TABLE b (x INT); NONSENSE;", "h4"};
  auto failed = run(file.path, std::array{kFirst, broken});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("migration 0002_b.sql") != std::string::npos);
  REQUIRE(run(file.path, std::array{kFirst, kSecond}));
}
