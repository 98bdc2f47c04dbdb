// Files, descriptors and sockets: the thin calls every folder needs. All descriptors
// opened here are close-on-exec. Errors carry errno and the path.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad {

// openat(2); O_CLOEXEC is added.
Result<UniqueFd> open_at(int dirfd, const std::string& path, int flags, mode_t mode = 0);
// openat2(2) with RESOLVE_IN_ROOT: `path` is taken as seen by a process whose root is
// `rootfd`; no symlink, ".." or magic link leaves it.
Result<UniqueFd> open_in_root(int rootfd, const std::string& path, int flags, mode_t mode = 0);
// mkdir -p below `rootfd` with RESOLVE_IN_ROOT at every step; returns the last directory (O_PATH).
Result<UniqueFd> mkdirs_in_root(int rootfd, const std::string& path, mode_t mode);

// mkdir(2); an existing directory is fine.
Result<> make_dir(const std::string& path, mode_t mode);
Result<> make_dirs(const std::string& path, mode_t mode);
// Removes a tree without following symlinks or crossing into a mount; a missing one is fine.
Result<> remove_tree(const std::string& path);
bool path_exists(const std::string& path);

// Whole file (also from /proc, where the size is unknown), at most `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit = 64U << 20);
Result<std::string> read_all(int fd, std::size_t limit = 64U << 20);
Result<> write_all(int fd, std::string_view bytes);
// One write(2) to an existing file, as /proc and cgroup files want it.
Result<> write_existing(const std::string& path, std::string_view bytes);
Result<> write_existing_at(int dirfd, const std::string& path, std::string_view bytes);
// Written under a temporary name, then renamed over `path`. `sync`: fdatasync before the rename.
Result<> write_file_atomic(const std::string& path, std::string_view bytes, mode_t mode,
                           bool sync = false);

Result<> set_nonblocking(int fd, bool on);
// Waits for `events` (POLLIN ...); false at the timeout. timeout_ms < 0 waits for ever.
Result<bool> poll_one(int fd, short events, int timeout_ms);

struct FdPair {
  UniqueFd first, second;
};
// SOCK_SEQPACKET | SOCK_CLOEXEC: one send is one message. unix(7)
Result<FdPair> seqpacket_pair();
Result<FdPair> pipe_pair();

struct Message {
  std::string bytes;
  std::vector<UniqueFd> fds;  // SCM_RIGHTS, close-on-exec
};
// At most 253 descriptors (SCM_MAX_FD). EMSGSIZE when the message is larger than the socket's
// buffer.
Result<> send_message(int sock, std::string_view bytes, std::span<const int> fds = {});
// Blocks (or EAGAIN on a nonblocking socket). An empty `bytes` with no descriptors is end of file.
Result<Message> receive_message(int sock, std::size_t max_bytes = 256U << 10);

// Binds or connects through /proc/self/fd/DIRFD/name, since sun_path takes 107 bytes only.
Result<UniqueFd> listen_unix_at(int dirfd, const std::string& name, int type, int backlog);
Result<UniqueFd> connect_unix_at(int dirfd, const std::string& name, int type);

// A memfd sealed against every change (F_SEAL_WRITE, SHRINK, GROW, SEAL) holding `bytes`.
Result<UniqueFd> sealed_memfd(const char* name, std::string_view bytes, bool executable);

}  // namespace hexad
