// SQLite for the daemon: typed rows, statements kept prepared, one writer and a few readers.
// Called from pool threads only. WAL, foreign_keys, busy_timeout, synchronous=NORMAL.
// Errors: Code::internal with sqlite's text; a violated UNIQUE or PRIMARY KEY is Code::conflict.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::db {

class Statement;

class Database {
 public:
  // ":memory:" for tests.
  static Result<std::unique_ptr<Database>> open(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs `work` as the one writer inside BEGIN IMMEDIATE .. COMMIT; an Error or an exception
  // rolls back. No mount, spawn or network call belongs inside. Not to be nested: an error.
  Result<> write(const std::function<Result<>(Database&)>& work);
  // A statement kept prepared by its text. Inside write() it belongs to the transaction. Outside,
  // one that reads runs on a reader beside the writer, one that writes is a transaction of its
  // own. It holds its connection until it is destroyed, so keep it short-lived and in one thread
  // (the same thread may prepare more of them meanwhile).
  Result<Statement> prepare(std::string_view sql);
  Result<> execute(const std::string& sql);  // one or more statements without parameters
  // Of this thread's last INSERT inside write().
  [[nodiscard]] std::int64_t last_insert_id() const;
  // Rows that this thread's last statement inside write() changed.
  [[nodiscard]] std::int64_t changes() const;

 private:
  friend class Statement;
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();  // reset, back to the cache

  Statement& bind(int index, std::int64_t value);  // from 1
  Statement& bind(int index, std::string_view value);
  Statement& bind(int index, const char* value) { return bind(index, std::string_view(value)); }
  Statement& bind(int index, const std::string& value) {
    return bind(index, std::string_view(value));
  }
  Statement& bind(int index, int value) { return bind(index, std::int64_t{value}); }
  Statement& bind(int index, bool value) { return bind(index, std::int64_t{value ? 1 : 0}); }
  Statement& bind_blob(int index, std::string_view value);
  Statement& bind_null(int index);
  Statement& bind(int index, const std::optional<std::string>& value);
  Statement& bind(int index, const std::optional<std::int64_t>& value);

  Result<bool> step();                                   // true: a row is there
  Result<> run();                                        // to the end, no rows wanted
  void reset();                                          // to run it again; the bound values stay
  [[nodiscard]] std::int64_t integer(int column) const;  // from 0
  [[nodiscard]] std::string text(int column) const;      // a blob's bytes too
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
  [[nodiscard]] std::optional<std::string> maybe_text(int column) const;

 private:
  friend class Database;
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The .sql files of migrations/, embedded at build time, run in order of their names, each once
// and in a transaction of its own; recorded by name and SHA-256. A database that holds a name we
// do not know is refused (it is newer than this program); a changed one too. The file is copied
// aside (VACUUM INTO path + ".before-NNNN") before the first step on an existing database.
Result<> migrate(Database& database, const std::string& path);

}  // namespace hexad::db
