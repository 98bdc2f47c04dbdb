#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "daemon/db/database.hpp"
#include "daemon/db/migrations.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::db {
namespace {

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL,"
    " applied INTEGER NOT NULL) STRICT, WITHOUT ROWID";

using Applied = std::map<std::string, std::string, std::less<>>;

Result<Applied> read_applied(Database& database) {
  Applied applied;
  auto query = TRY(database.prepare("SELECT name, sha256 FROM migrations"));
  while (TRY(query.step())) applied.emplace(query.text(0), query.text(1));
  return applied;
}

Result<> check_known(const Applied& applied, std::span<const Migration> list) {
  for (const auto& [name, hash] : applied) {
    const auto known =
        std::find_if(list.begin(), list.end(), [&](const Migration& m) { return m.name == name; });
    if (known == list.end()) {
      return fail(Code::internal, "the database is newer than this program: it has {}", name);
    }
    if (hash != known->sha256) {
      return fail(Code::internal, "the database was made with another {} than this program has",
                  name);
    }
  }
  return {};
}

Result<> copy_aside(Database& database, const std::string& path, std::string_view next) {
  const auto target = path + ".before-" + std::string(next.substr(0, 4));
  // An older copy may be left by a daemon that was killed between the copy and the step.
  if (::unlink(target.c_str()) != 0 && errno != ENOENT) return sys_fail("unlink {}", target);
  auto statement = TRY(database.prepare("VACUUM INTO ?"));
  return statement.bind(1, target).run();
}

Result<> apply(Database& database, const Migration& m) {
  return database.write([&](Database& db) -> Result<> {
    TRY(db.execute(std::string(m.sql)));
    auto insert =
        TRY(db.prepare("INSERT INTO migrations (name, sha256, applied) VALUES (?, ?, ?)"));
    return insert.bind(1, m.name).bind(2, m.sha256).bind(3, now_ns()).run();
  });
}

}  // namespace

Result<> migrate(Database& database, const std::string& path, std::span<const Migration> list) {
  TRY(database.execute(kTable));
  const auto applied = TRY(read_applied(database));
  TRY(check_known(applied, list));
  bool copied = applied.empty() || path == ":memory:";
  for (const auto& m : list) {
    if (applied.contains(m.name)) continue;
    if (!copied) {
      TRY(copy_aside(database, path, m.name));
      copied = true;
    }
    if (auto done = apply(database, m); !done) {
      return pass(std::move(done).error(), fmt::format("migration {}", m.name));
    }
  }
  return {};
}

Result<> migrate(Database& database, const std::string& path) {
  return migrate(database, path, embedded_migrations());
}

}  // namespace hexad::db
