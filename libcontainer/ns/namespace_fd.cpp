#include "libcontainer/ns/namespace_fd.hpp"

#include <sys/stat.h>

#include "libcontainer/base/io.hpp"

namespace hexad::ns {

std::string_view name(Kind kind) noexcept {
  switch (kind) {
    case Kind::mnt: return "mnt";
    case Kind::uts: return "uts";
    case Kind::ipc: return "ipc";
    case Kind::net: return "net";
    case Kind::pid: return "pid";
    case Kind::user: return "user";
    case Kind::cgroup: return "cgroup";
  }
  return "?";
}

Result<NamespaceFd> NamespaceFd::open(pid_t pid, Kind kind) {
  auto fd = TRY(open_at(AT_FDCWD, fmt::format("/proc/{}/ns/{}", pid, name(kind)), O_RDONLY));
  return NamespaceFd(kind, std::move(fd));
}

Result<> NamespaceFd::join() const {
  if (::setns(fd_.get(), static_cast<int>(kind_)) != 0)
    return sys_fail("join {} namespace", name(kind_));
  return {};
}

Result<bool> NamespaceFd::is_own() const {
  struct stat mine {
  }, theirs{};
  if (::stat(fmt::format("/proc/self/ns/{}", name(kind_)).c_str(), &mine) != 0 ||
      ::fstat(fd_.get(), &theirs) != 0)
    return sys_fail("stat {} namespace", name(kind_));
  return mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino;
}

Result<> join_process(int pidfd, int flags) {
  if (::setns(pidfd, flags) != 0) return sys_fail("join the namespaces of the container");
  return {};
}

}  // namespace hexad::ns
