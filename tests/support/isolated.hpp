// For tests that need root: a skip that says why, and a forked child with namespaces of its own,
// so that mounts, capabilities and filters of a test never touch the test program.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace support {

// if (!support::need_root()) return;   ctest shows "SKIPPED:" as a skip.
inline bool need_root() {
  if (::geteuid() == 0) return true;
  std::cout << "SKIPPED: needs root\n";
  return false;
}

// A directory that goes with the object. What a test mounts below it lives in a child's namespace.
class TempDir {
 public:
  TempDir() : path_("/tmp/hxt-" + hexad::random_hex(6)) {
    std::filesystem::create_directories(path_);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  // Makes a directory below and names it.
  std::string dir(const std::string& name) const {
    std::filesystem::create_directories(path_ + "/" + name);
    return path_ + "/" + name;
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path_ + "/" + name).parent_path());
    static_cast<void>(hexad::write_file_atomic(path_ + "/" + name, text, 0644));
  }

 private:
  std::string path_;
};

// Runs `body` (returns std::string) in a forked child after unshare(`namespaces`), and returns what
// it returned, or "died: ..." when it did not get there. With CLONE_NEWPID it is process 1.
template <class Body>
std::string in_child(int namespaces, Body body) {
  auto pipe = hexad::pipe_pair();
  if (!pipe) return "died: pipe";
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::unshare(namespaces) != 0) ::_exit(98);
    const pid_t inner = ::fork();
    if (inner == 0) {
      const std::string text = body();
      ::_exit(hexad::write_all(pipe->second.get(), text) ? 0 : 97);
    }
    int status = 0;
    ::waitpid(inner, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status));
  }
  pipe->second.reset();
  auto text = hexad::read_all(pipe->first.get());
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return "died: status " + std::to_string(status) + " " + (text ? *text : "");
  return text ? *text : "died: no output";
}

}  // namespace support
