// The words between daemon and shim. One SOCK_SEQPACKET message is one Request or one Reply,
// encoded by process/wire.hpp with a version in front. The daemon's end is shim/client.hpp.
//
//   daemon                                shim                        init
//     | posix_spawn(control socket fd 3) -> |                           |
//     | start{spec} + fds ----------------> | clone3 -----------------> |
//     | <- cloned{pid} + rtnetlink socket   | <-- socket -------------- | (wire_network only sends
//     the fd) |  (daemon wires)                     |                           | mounts | <- ready
//     | failed{stage,errno,..}   | <-- ready | failed ------ | | go
//     -------------------------------> | go ---------------------> | join cgroups, caps, seccomp,
//     exec | <- started | failed                 | <-- EOF by CLOEXEC + status check | <-
//     exited{code}                     | (also written to EXEC/<id>/exit by rename)
//
// A later daemon connects to EXEC/<id>/shim.sock, says `hello`, gets `status`, and from then on
// gets `exited`. Attach and exec come on connections of their own to the same socket.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libcontainer/process/failure.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::shim {

inline constexpr std::uint32_t kProtocolVersion = 1;

enum class Op : std::uint8_t {
  // daemon -> shim
  start = 1,  // body: StartRequest; fds in the order of StartFds
  go,
  abort,   // instead of go: kill init and end
  hello,   // -> status, then exited when it happens; makes this the controlling connection
  attach,  // body: AttachRequest; fds: client connection. -> done | failed
  exec,  // body: ExecRequest; fds: [client connection if has_connection] -> started{pid} | failed,
         // then exited{code}
  resize,  // body: Resize -> done | failed
  signal,  // body: Signal; to an exec'd process or the first one -> done | failed
  hold,    // before start; fds: host ports and the like, kept open until the container ends; may be
           // sent several times
  finish,  // the daemon has taken over the exit code: close, unmount (drop the held namespace) and
           // end -> done
  // shim -> daemon
  cloned = 64,
  ready,
  failed,
  started,
  exited,
  status,
  done,
};

// Which descriptors came with `start`, in this order; absent ones are skipped.
struct StartFds {
  std::uint32_t cgroup_tasks = 0;  // v1: N descriptors of `tasks` files, for writing
  bool cgroup_v2 = false;          // v2: one descriptor of the cgroup directory
  bool join_net = false, join_pid = false,
       join_ipc = false;  // namespace descriptors (NsMode::join)
  bool join_shm = false;  // mount namespace of the container whose ipc is joined: for its /dev/shm
  std::uint32_t viewers = 0;  // connections attached before the start, see `viewer`
};
// On the wire fds come in this order: cgroup_tasks, cgroup_v2, net, pid, ipc, shm, viewers.

// How a connection is served.
struct Viewer {
  bool want_stdin = false, want_stdout = false, want_stderr = false;
  bool framed = true;       // 8-byte stream headers; false with a terminal
  std::string detach_keys;  // raw key bytes, "\x10\x11"; empty: none. Only with a terminal
  std::string pending;      // bytes that the daemon had read beyond the request head
};

struct StartRequest {
  process::ContainerSpec spec;
  StartFds fds;
  std::vector<Viewer> viewers;
};

struct AttachRequest {
  Viewer viewer;
};

struct ExecRequest {
  std::string id;  // 64 hex digits
  process::ProcessSpec process;
  bool has_connection = false;  // false: detached
  bool privileged = false;
  Viewer viewer;
};

struct Resize {
  std::string exec_id;  // empty: the container's own terminal
  std::uint16_t rows = 0, columns = 0;
};

struct Signal {
  std::string exec_id;  // empty: the container's first process
  std::int32_t signo = 0;
};

// Where init or the shim gave up: see process/failure.hpp.
using process::Failure;

struct Status {
  std::uint32_t version = kProtocolVersion;
  std::int32_t pid = 0;  // of init, in the daemon's pid namespace
  std::uint64_t start_time = 0;
  bool running = false;  // init has exec'd the user's program
  bool exited = false;
  std::int32_t exit_code = 0;
  std::int64_t started_at = 0, finished_at = 0;  // ns since the epoch
};

// exited{...}: for the container and for an exec. 0..255, or 128+signal.
struct Exit {
  std::int32_t code = 0;
  bool oom_killed = false;
  std::int64_t finished_at = 0;  // ns since the epoch
};

}  // namespace hexad::shim
