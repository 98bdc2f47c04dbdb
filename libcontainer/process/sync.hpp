// The handshake between a shim and a child that becomes a process of the container. One
// SOCK_SEQPACKET pair, close-on-exec at the child's end; messages are wire.hpp packets.
//
//   shim                                             child (init, or an exec'd process)
//     | clone3 ----------------------------------------> |
//     | id maps, then mapped{detached mounts} ---------> | only with a user namespace
//     | <- netlink + socket ---------------------------- | only when the daemon wires the network
//     |                                                  | cgroups, mounts, pivot, user, filter ...
//     | <- terminal + pty master ----------------------- | only with a terminal
//     | <- ready --------------------------------------- |
//     | go --------------------------------------------> | execve
//     | <- end of file (close-on-exec) ----------------- |
//
// At any moment the child may send failed{Failure} and end. The end of file alone proves nothing: a
// child that was killed gives the same. So a child names itself kChildName, and whoever still
// has that name at the end of file has not exec'd (has_execed).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/process/failure.hpp"
#include "libcontainer/process/wire.hpp"

namespace hexad::process {

inline constexpr std::uint32_t kSyncVersion = 1;
inline constexpr const char* kChildName = "hexad:init";  // PR_SET_NAME takes 15 bytes

enum class SyncOp : std::uint8_t { mapped = 1, netlink, terminal, ready, failed, go, pid };

// Descriptors of `mapped`: the root, then the bind sources named by their index in the spec.
struct Mapped {
  bool has_root = false;
  std::vector<std::uint32_t> sources;
};
template <class A>
void fields(A& a, Mapped& v) {
  auto& [has_root, sources] = v;
  a(has_root, sources);
}

Result<> sync_send(int sock, SyncOp op, std::string_view body = {},
                   const std::vector<int>& fds = {});
// The same by write(2) and read(2) alone, for a child whose seccomp filter may forbid more.
Result<> sync_write(int sock, SyncOp op, std::string_view body = {});
Result<> sync_wait_go(int sock);
// The next message; EPIPE at the end of file, EPROTO when it is not `wanted`.
Result<Packet> sync_receive(int sock, SyncOp wanted);

// Whether `pid`, a child that is not reaped yet, runs (or ran) the user's program.
bool has_execed(pid_t pid);

}  // namespace hexad::process
