// The .sql files of migrations/ as the build embedded them, in order of their names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::db {

class Database;

struct Migration {
  std::string_view name;  // "0001_settings.sql"
  std::string_view sql;
  std::string_view sha256;  // of the file, made by the build: no crypto library at every start
};

std::span<const Migration> embedded_migrations();

// As migrate() in database.hpp, with a list of one's own.
Result<> migrate(Database& database, const std::string& path, std::span<const Migration> list);

}  // namespace hexad::db
