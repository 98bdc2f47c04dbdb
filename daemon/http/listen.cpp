#include "daemon/http/listen.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::http {
namespace {

constexpr int kFirstInherited = 3;

std::optional<gid_t> group_id(const std::string& name) {
  if (const auto number = parse_uint(name)) return static_cast<gid_t>(*number);
  std::vector<char> buffer(16384);
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0) return {};
  return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

// Something is at the name already: only a socket that nobody listens on may go.
Result<> clear_stale(int dir, const std::string& name, const std::string& path) {
  struct stat st {};
  if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return sys_fail("stat {}", path);
  }
  if (!S_ISSOCK(st.st_mode)) return fail(Code::internal, "{} exists and is not a socket", path);
  const auto other = connect_unix_at(dir, name, SOCK_STREAM);
  if (other || other.error().sys_errno != ECONNREFUSED) {
    return fail(Code::internal, "{} is in use: another daemon listens on it", path);
  }
  if (::unlinkat(dir, name.c_str(), 0) != 0) return sys_fail("unlink {}", path);
  return {};
}

}  // namespace

Result<UniqueFd> listen_unix(const std::string& path, const std::string& group) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size()) {
    return fail(Code::invalid_argument, "{} is not an absolute path of a socket", path);
  }
  const auto parent = slash == 0 ? std::string("/") : path.substr(0, slash);
  const auto name = path.substr(slash + 1);
  TRY(make_dirs(parent, 0755));
  const auto dir = TRY(open_at(AT_FDCWD, parent, O_PATH | O_DIRECTORY));
  TRY(clear_stale(dir.get(), name, path));

  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return sys_fail("socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto through = fmt::format("/proc/self/fd/{}/{}", dir.get(), name);
  if (through.size() >= sizeof address.sun_path) {
    return fail(Code::invalid_argument, "{}: the file name is too long for a socket", path);
  }
  std::memcpy(address.sun_path, through.c_str(), through.size() + 1);
  // The file gets the descriptor's mode, so that it is never open to others. unix(7)
  if (::fchmod(fd.get(), 0600) != 0) return sys_fail("fchmod socket");
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return sys_fail("bind {}", path);
  }
  if (const auto gid = group_id(group)) {
    if (::fchownat(dir.get(), name.c_str(), 0, *gid, AT_SYMLINK_NOFOLLOW) != 0) {
      log::warn("chown {} to group {}: {}", path, group, std::strerror(errno));
    } else if (::fchmodat(dir.get(), name.c_str(), 0660, 0) != 0) {
      return sys_fail("chmod {}", path);
    }
  } else if (!group.empty()) {
    log::warn("no group named {}: only root may use {}", group, path);
  }
  if (::listen(fd.get(), SOMAXCONN) != 0) return sys_fail("listen on {}", path);
  return fd;
}

Result<std::vector<UniqueFd>> inherited_sockets() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  const auto for_us = pid != nullptr && parse_int(pid) == ::getpid();
  const auto number = count != nullptr ? parse_int(count) : std::nullopt;
  std::vector<UniqueFd> out;
  if (for_us && number) {
    for (int fd = kFirstInherited; fd < kFirstInherited + *number; ++fd) {
      UniqueFd socket(fd);
      int domain = 0;
      int type = 0;
      int listening = 0;
      socklen_t size = sizeof(int);
      if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
          ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 ||
          ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
          ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) {
        return sys_fail("inherited descriptor {}", fd);
      }
      if (domain != AF_UNIX || type != SOCK_STREAM || listening == 0) {
        return fail(Code::internal, "inherited descriptor {} is no listening unix socket", fd);
      }
      out.push_back(std::move(socket));
    }
  }
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  if (out.empty()) return fail(Code::internal, "no sockets found via socket activation");
  return out;
}

}  // namespace hexad::http
