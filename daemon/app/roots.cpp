#include "daemon/app/roots.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <chrono>
#include <thread>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::app {
namespace {

Result<> private_dir(const std::string& path, mode_t mode) {
  TRY(make_dirs(path, mode));
  // The umask may have taken bits away, and one made by somebody else may give too many.
  if (::chmod(path.c_str(), mode) != 0) return sys_fail("chmod {}", path);
  return {};
}

Result<UniqueFd> lock_data(const Paths& paths) {
  auto fd = TRY(open_at(AT_FDCWD, paths.lock(), O_RDWR | O_CREAT, 0600));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return sys_fail("lock {}", paths.lock());
    const auto holder = trim(read_all(fd.get()).value_or(""));
    return fail(Code::conflict, "data root {} is in use by another hexad{}{}", paths.data,
                holder.empty() ? "" : ", process ", holder);
  }
  if (::ftruncate(fd.get(), 0) != 0) return sys_fail("truncate {}", paths.lock());
  TRY(write_all(fd.get(), std::to_string(::getpid()) + "\n"));
  return fd;
}

// Made once, with the database.
Result<std::string> instance_id(db::Database& database) {
  const auto read = [&]() -> Result<std::string> {
    auto query = TRY(database.prepare("SELECT value FROM settings WHERE key = 'instance'"));
    return TRY(query.step()) ? query.text(0) : std::string();
  };
  auto id = TRY(read());
  if (!id.empty()) return id;
  TRY(database.write([](db::Database& db) -> Result<> {
    auto insert = TRY(db.prepare("INSERT INTO settings (key, value) VALUES ('instance', ?)"));
    return insert.bind(1, random_hex(4)).run();
  }));
  return read();
}

}  // namespace

Result<Roots> open_roots(const Config& config) {
  Roots roots;
  auto& paths = roots.paths;
  paths.data = config.data_root;
  paths.exec = config.exec_root;
  // Mapped users of containers walk through to their files, but list nothing.
  TRY(private_dir(paths.data, 0711));
  roots.lock = TRY(lock_data(paths));
  TRY(private_dir(paths.exec, 0711));
  TRY(private_dir(paths.data + "/blobs", 0700));
  TRY(private_dir(paths.blobs(), 0700));
  TRY(private_dir(paths.layers(), 0711));
  TRY(private_dir(paths.containers(), 0711));
  TRY(private_dir(paths.volumes(), 0711));
  TRY(private_dir(paths.trash(), 0700));
  TRY(private_dir(paths.tmp(), 0700));
  roots.database = TRY(db::Database::open(paths.database()));
  if (::chmod(paths.database().c_str(), 0600) != 0) return sys_fail("chmod {}", paths.database());
  TRY(db::migrate(*roots.database, paths.database()));
  paths.instance = TRY(instance_id(*roots.database));
  return roots;
}

namespace {

// The number may belong to another program by now, or to one of us that has just been killed:
// that one has no executable any more, or loses it in a moment.
bool still_a_daemon(pid_t pid) {
  for (int tries = 0; tries < 50; ++tries) {
    std::array<char, 4096> exe{};
    const auto length =
        ::readlink(fmt::format("/proc/{}/exe", pid).c_str(), exe.data(), exe.size());
    if (length <= 0) return false;
    const std::string_view path(exe.data(), static_cast<std::size_t>(length));
    if (!path.substr(path.rfind('/') + 1).starts_with("hexad")) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace

Result<PidFile> PidFile::write(const std::string& path) {
  if (path.empty()) return PidFile({});
  if (const auto text = read_file(path)) {
    const auto pid = parse_int(trim(*text)).value_or(0);
    if (pid > 0 && pid != ::getpid() && still_a_daemon(static_cast<pid_t>(pid))) {
      return fail(Code::conflict,
                  "pid file found, ensure hexad is not running or delete {}: process with PID {} "
                  "is still running",
                  path, pid);
    }
  }
  if (const auto slash = path.rfind('/'); slash != std::string::npos && slash > 0) {
    TRY(make_dirs(path.substr(0, slash), 0755));
  }
  TRY(write_file_atomic(path, std::to_string(::getpid()), 0644));
  return PidFile(path);
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace hexad::app
