// The data root and the exec root of one daemon: made, locked, its database opened.
#pragma once

#include <memory>
#include <string>

#include "daemon/app/config.hpp"
#include "daemon/db/database.hpp"
#include "daemon/paths.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::app {

struct Roots {
  Paths paths;
  UniqueFd lock;  // flock on DATA/lock for as long as the daemon lives
  std::unique_ptr<db::Database> database;
};

// A data root that another daemon holds is an error.
Result<Roots> open_roots(const Config& config);

// Removed when it goes. A file that names a living daemon is an error.
class PidFile {
 public:
  static Result<PidFile> write(const std::string& path);
  PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PidFile& operator=(PidFile&&) = delete;
  ~PidFile();

 private:
  explicit PidFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace hexad::app
