#include "libcontainer/base/io.hpp"

#include <dirent.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <memory>

#include "libcontainer/base/strings.hpp"

namespace hexad {

Result<UniqueFd> open_at(int dirfd, const std::string& path, int flags, mode_t mode) {
  int fd = -1;
  do {
    fd = ::openat(dirfd, path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return sys_fail("open {}", path);
  return UniqueFd(fd);
}

Result<UniqueFd> open_in_root(int rootfd, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  // man 2 openat2: a mode without O_CREAT or O_TMPFILE is EINVAL.
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) how.mode = mode;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  int tries = 0;
  // EAGAIN: a rename raced with the walk; the manual says to try again.
  do {
    fd = ::syscall(SYS_openat2, rootfd, path.c_str(), &how, sizeof how);
  } while (fd < 0 && (errno == EINTR || (errno == EAGAIN && ++tries < 64)));
  if (fd < 0) return sys_fail("open {} in the root", path);
  return UniqueFd(static_cast<int>(fd));
}

Result<UniqueFd> mkdirs_in_root(int rootfd, const std::string& path, mode_t mode) {
  auto whole = open_in_root(rootfd, path, O_PATH | O_DIRECTORY);
  if (whole) return whole;
  if (whole.error().sys_errno != ENOENT) return whole;
  std::string walked;
  UniqueFd at = TRY(open_in_root(rootfd, "/", O_PATH | O_DIRECTORY));
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    walked.append("/").append(part);
    auto next = open_in_root(rootfd, walked, O_PATH | O_DIRECTORY);
    if (!next) {
      if (next.error().sys_errno != ENOENT) return next;
      const std::string name(part);
      if (part == ".." || (::mkdirat(at.get(), name.c_str(), mode) != 0 && errno != EEXIST))
        return sys_fail("mkdir {}", walked);
      next = open_in_root(rootfd, walked, O_PATH | O_DIRECTORY);
      if (!next) return next;
    }
    at = std::move(*next);
  }
  return at;
}

Result<> make_dir(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return sys_fail("mkdir {}", path);
  return {};
}

Result<> make_dirs(const std::string& path, mode_t mode) {
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
    TRY(make_dir(path.substr(0, at), mode));
  return make_dir(path, mode);
}

namespace {

struct DirCloser {
  void operator()(DIR* d) const noexcept { ::closedir(d); }
};

Result<> remove_entry(int dirfd, const char* name, dev_t device);

// Empties an open directory; entries on another device (a mount somebody left) are an error.
Result<> empty_dir(UniqueFd dir, dev_t device) {
  std::unique_ptr<DIR, DirCloser> stream(::fdopendir(dir.get()));
  if (!stream) return sys_fail("opendir");
  const int fd = dir.release();  // the stream owns it now
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    TRY(remove_entry(fd, entry->d_name, device));
  }
  return {};
}

Result<> remove_entry(int dirfd, const char* name, dev_t device) {
  if (::unlinkat(dirfd, name, 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM) return sys_fail("unlink {}", name);
  auto dir = TRY(open_at(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  struct stat st {};
  if (::fstat(dir.get(), &st) != 0) return sys_fail("stat {}", name);
  if (st.st_dev != device)
    return fail(Code::internal, "remove {}: something is mounted on it", name);
  TRY(empty_dir(std::move(dir), device));
  if (::unlinkat(dirfd, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
    return sys_fail("rmdir {}", name);
  return {};
}

}  // namespace

Result<> remove_tree(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) {
    if (errno == ENOENT) return {};
    return sys_fail("stat {}", path);
  }
  auto gone = remove_entry(AT_FDCWD, path.c_str(), st.st_dev);
  if (!gone) return pass(std::move(gone).error(), path);
  return {};
}

bool path_exists(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

Result<std::string> read_all(int fd, std::size_t limit) {
  std::string out;
  std::array<char, 16384> chunk{};
  for (;;) {
    const ssize_t n = ::read(fd, chunk.data(), chunk.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return sys_fail("read");
    }
    if (n == 0) return out;
    if (out.size() + static_cast<std::size_t>(n) > limit)
      return fail(Code::internal, "file is larger than {} bytes", limit);
    out.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  auto fd = TRY(open_at(AT_FDCWD, path, O_RDONLY));
  auto text = read_all(fd.get(), limit);
  if (!text) return pass(std::move(text).error(), path);
  return text;
}

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return sys_fail("write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<> write_existing(const std::string& path, std::string_view bytes) {
  return write_existing_at(AT_FDCWD, path, bytes);
}

Result<> write_existing_at(int dirfd, const std::string& path, std::string_view bytes) {
  auto fd = TRY(open_at(dirfd, path, O_WRONLY));
  ssize_t n = 0;
  do {
    n = ::write(fd.get(), bytes.data(), bytes.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) return sys_fail("write {}", path);
  return {};
}

Result<> write_file_atomic(const std::string& path, std::string_view bytes, mode_t mode,
                           bool sync) {
  const std::string temporary = path + ".tmp";
  auto fd = TRY(open_at(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_TRUNC, mode));
  TRY(write_all(fd.get(), bytes));
  if (sync && ::fdatasync(fd.get()) != 0) return sys_fail("fdatasync {}", temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return sys_fail("rename {}", temporary);
  return {};
}

Result<> set_nonblocking(int fd, bool on) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return sys_fail("fcntl F_GETFL");
  const int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted != flags && ::fcntl(fd, F_SETFL, wanted) != 0) return sys_fail("fcntl F_SETFL");
  return {};
}

Result<bool> poll_one(int fd, short events, int timeout_ms) {
  pollfd p{fd, events, 0};
  for (;;) {
    const int n = ::poll(&p, 1, timeout_ms);
    if (n > 0) return true;
    if (n == 0) return false;
    if (errno != EINTR) return sys_fail("poll");
  }
}

Result<FdPair> seqpacket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0)
    return sys_fail("socketpair");
  return FdPair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Result<FdPair> pipe_pair() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return sys_fail("pipe");
  return FdPair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

namespace {
constexpr std::size_t kMaxFds = 253;  // SCM_MAX_FD, unix(7)
}

Result<> send_message(int sock, std::string_view bytes, std::span<const int> fds) {
  if (fds.size() > kMaxFds)
    return fail(Code::internal, "more than {} descriptors in a message", kMaxFds);
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> control{};
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
    std::memcpy(CMSG_DATA(header), fds.data(), sizeof(int) * fds.size());
  }
  ssize_t n = 0;
  do {
    n = ::sendmsg(sock, &message, MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return sys_fail("sendmsg");
  return {};
}

Result<Message> receive_message(int sock, std::size_t max_bytes) {
  Message out;
  out.bytes.resize(max_bytes);
  iovec part{out.bytes.data(), out.bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t n = 0;
  do {
    n = ::recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return sys_fail("recvmsg");
  for (cmsghdr* h = CMSG_FIRSTHDR(&message); h != nullptr; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof fd);
      out.fds.emplace_back(fd);
    }
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return fail(Code::internal, "message of more than {} bytes or {} descriptors", max_bytes,
                kMaxFds);
  out.bytes.resize(static_cast<std::size_t>(n));
  return out;
}

namespace {

Result<sockaddr_un> address_at(int dirfd, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/{}", dirfd, name);
  if (path.size() >= sizeof address.sun_path)
    return fail(Code::internal, "socket name {} is too long", name);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

}  // namespace

Result<UniqueFd> listen_unix_at(int dirfd, const std::string& name, int type, int backlog) {
  const sockaddr_un address = TRY(address_at(dirfd, name));
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!fd) return sys_fail("socket");
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return sys_fail("bind {}", name);
  if (::listen(fd.get(), backlog) != 0) return sys_fail("listen {}", name);
  return fd;
}

Result<UniqueFd> connect_unix_at(int dirfd, const std::string& name, int type) {
  const sockaddr_un address = TRY(address_at(dirfd, name));
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!fd) return sys_fail("socket");
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return sys_fail("connect {}", name);
  return fd;
}

Result<UniqueFd> sealed_memfd(const char* name, std::string_view bytes, bool executable) {
  // MFD_EXEC (6.3) is asked for first: with vm.memfd_noexec=1 a memfd without it is not
  // executable; older kernels do not know the flag. man 2 memfd_create
  constexpr unsigned kExec = 0x0010U;
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  UniqueFd fd(::memfd_create(name, executable ? flags | kExec : flags));
  if (!fd && executable && errno == EINVAL) fd.reset(::memfd_create(name, flags));
  if (!fd) return sys_fail("memfd_create {}", name);
  TRY(write_all(fd.get(), bytes));
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return sys_fail("lseek {}", name);
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
    return sys_fail("seal {}", name);
  return fd;
}

}  // namespace hexad
