// The daemon's end of the shim's protocol: spawning one, starting a container in it, and finding
// it again after a restart of the daemon. Blocking calls with a bound on every wait; to be called
// from the daemon's worker pool. Only connection() is meant for an event loop (readable: `exited`
// or the end of the shim).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "libcontainer/base/pidfd.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/shim/protocol.hpp"

namespace hexad::shim {

struct AttachedViewer {
  UniqueFd connection;
  Viewer viewer;
};

// What `start` needs besides the spec. Descriptors are only used during the call.
struct StartInput {
  process::ContainerSpec spec;
  std::vector<UniqueFd> cgroup_tasks;  // v1
  UniqueFd cgroup_v2;                  // v2, or empty
  UniqueFd join_net, join_pid, join_ipc;
  UniqueFd join_shm;  // /proc/PID/ns/mnt of the container whose ipc is joined: for its /dev/shm
  std::vector<AttachedViewer> viewers;  // taken over
  std::vector<UniqueFd> held;  // kept open by the shim until the container ends (host ports)
};

// A start that failed: as Error.message the complete text; `stage` tells who failed.
struct StartFailure {
  std::string stage;
  Error error;
};

// What init handed up: its pid and (wire_network) a rtnetlink socket that lives in its namespace.
struct Cloned {
  pid_t pid = 0;
  UniqueFd rtnetlink;
};

class Shim {
 public:
  Shim() = default;
  Shim(Shim&&) noexcept = default;
  Shim& operator=(Shim&&) noexcept = default;
  // Leaves the shim alone; one that has ended is reaped.
  ~Shim();

  // posix_spawn of `program` (a sealed memfd or an open read-only file descriptor, executed through
  // /proc/self/fd) with the control socket as fd 3 and `exec_dir` (EXEC/<id>, holds shim.sock and
  // exit) as fd 4. The shim runs in a session of its own.
  static Result<Shim> spawn(int program, int exec_dir);
  // Connects to EXEC/<id>/shim.sock and says hello. ECONNREFUSED, ENOENT: there is no shim.
  static Result<Shim> connect(int exec_dir);

  // Sends `start`; returns when init exists. The daemon wires the network now, while init mounts.
  Result<Cloned> start(StartInput input, Failure& failure);
  // Waits for `ready`.
  Result<> wait_ready(Failure& failure);
  // Lets init exec; returns when the user's program runs.
  Result<Status> go(Failure& failure);
  // Kills init and ends the shim, and waits for that (bounded). Right after every failure of the
  // three above too: the shim has then ended by itself.
  void abort() noexcept;

  // After connect(): what the shim said of itself.
  [[nodiscard]] const Status& status() const noexcept { return status_; }
  // Readable when the container has ended (receive_exit) or the shim died (receive_exit: EPIPE).
  [[nodiscard]] int connection() const noexcept { return control_.get(); }
  Result<Exit> receive_exit();
  // The shim lets go of everything and ends; waits until it has ended (bounded).
  Result<> finish();
  // The shim's own process (its end means that the overlay is unmounted).
  [[nodiscard]] const Pidfd& process() const noexcept { return process_; }

 private:
  UniqueFd control_;
  Pidfd process_;
  Status status_;
};

// Each on a connection of its own to EXEC/<id>/shim.sock.
Result<> attach(int exec_dir, UniqueFd connection, const Viewer& viewer);
Result<> resize(int exec_dir, const Resize& size);
Result<> send_signal(int exec_dir, const Signal& signal);

// An exec'd process. `watch` becomes readable when it ends: receive_exec_exit.
struct Exec {
  pid_t pid = 0;
  UniqueFd watch;
};
// `connection` may be empty (detached). On failure the client connection is closed by nobody: it
// comes back through `connection`.
Result<Exec> exec(int exec_dir, const ExecRequest& request, UniqueFd& connection, Failure& failure);
Result<Exit> receive_exec_exit(int watch);

// EXEC/<id>/exit, written by the shim with tmp + rename. ENOENT: not there.
Result<Exit> read_exit_file(int exec_dir);

}  // namespace hexad::shim
