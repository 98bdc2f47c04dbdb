// One SQLite connection with the statements it keeps prepared, held by one thread at a time.
// A thread that holds it may take it again.
#pragma once

#include <sqlite3.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::db {

struct CloseConnection {
  void operator()(sqlite3* db) const noexcept { ::sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* s) const noexcept { ::sqlite3_finalize(s); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

enum class Access { writer, reader };

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access);

  // A cached or a new statement. The connection must be held.
  Result<StatementHandle> take(std::string_view sql);
  void give_back(StatementHandle statement) noexcept;
  // One or more statements without parameters.
  Result<> run_script(const char* sql);
  [[nodiscard]] sqlite3* get() const { return db_.get(); }

  // Guarded by the mutex of the Database.
  std::thread::id holder;
  unsigned depth = 0;

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::unique_ptr<sqlite3, CloseConnection> db_;  // closed after the statements below
  std::unordered_map<std::string, std::vector<StatementHandle>, Hash, std::equal_to<>> cache_;
};

// SQLite's text as an Error; a violated UNIQUE or PRIMARY KEY is Code::conflict.
Error sqlite_error(sqlite3* db, std::string_view doing);

}  // namespace hexad::db
