#include "daemon/db/connection.hpp"

#include <utility>

namespace hexad::db {
namespace {

// Texts are literals of the features, so the cache has as many entries as there are queries.
constexpr std::size_t kCachedTexts = 256;

// WAL: readers see the last commit while the writer works. NORMAL loses no consistency in a
// power cut, at most the last commits. sqlite.org/pragma.html#pragma_synchronous
constexpr const char* kWriterSetup =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-512; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=8388608;";
constexpr const char* kReaderSetup =
    "PRAGMA query_only=ON; PRAGMA cache_size=-256; PRAGMA temp_store=MEMORY;";

}  // namespace

Error sqlite_error(sqlite3* db, std::string_view doing) {
  const int extended = ::sqlite3_extended_errcode(db);
  const bool taken =
      extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY;
  return Error{taken ? Code::conflict : Code::internal, ::sqlite3_system_errno(db),
               fmt::format("{}: {}", doing, ::sqlite3_errmsg(db))};
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (access == Access::writer ? SQLITE_OPEN_CREATE : 0);
  const int error = ::sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  std::unique_ptr<Connection> made(new Connection(raw));
  if (error != SQLITE_OK) return tl::unexpected(sqlite_error(raw, "open database " + path));
  ::sqlite3_busy_timeout(raw, 5000);
  // Closing would copy the log back and sync, which a daemon that stops should not wait for.
  ::sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  TRY(made->run_script(access == Access::writer ? kWriterSetup : kReaderSetup));
  return made;
}

Result<> Connection::run_script(const char* sql) {
  if (::sqlite3_exec(get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return tl::unexpected(sqlite_error(get(), "database"));
  }
  return {};
}

Result<StatementHandle> Connection::take(std::string_view sql) {
  if (const auto at = cache_.find(sql); at != cache_.end() && !at->second.empty()) {
    auto statement = std::move(at->second.back());
    at->second.pop_back();
    return statement;
  }
  sqlite3_stmt* raw = nullptr;
  const int error = ::sqlite3_prepare_v3(get(), sql.data(), static_cast<int>(sql.size()),
                                         SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (error != SQLITE_OK) return tl::unexpected(sqlite_error(get(), "database: prepare"));
  if (raw == nullptr) return fail(Code::internal, "database: an empty statement");
  return StatementHandle(raw);
}

void Connection::give_back(StatementHandle statement) noexcept {
  ::sqlite3_reset(statement.get());
  ::sqlite3_clear_bindings(statement.get());
  try {
    const std::string_view text = ::sqlite3_sql(statement.get());
    auto at = cache_.find(text);
    if (at == cache_.end()) {
      if (cache_.size() >= kCachedTexts) cache_.clear();
      at = cache_.emplace(std::string(text), std::vector<StatementHandle>{}).first;
    }
    if (at->second.size() < 4) at->second.push_back(std::move(statement));
  } catch (...) {  // no memory: the statement is finalized instead
  }
}

}  // namespace hexad::db
