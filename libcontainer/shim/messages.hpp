// How the protocol's structs are laid out on the wire (process/wire.hpp: fields are only ever
// appended), and sending and receiving them.
#pragma once

#include <utility>
#include <vector>

#include "libcontainer/process/wire.hpp"
#include "libcontainer/shim/protocol.hpp"

namespace hexad::shim {

template <class A>
void fields(A& a, StartFds& v) {
  auto& [cgroup_tasks, cgroup_v2, join_net, join_pid, join_ipc, join_shm, viewers] = v;
  a(cgroup_tasks, cgroup_v2, join_net, join_pid, join_ipc, join_shm, viewers);
}
template <class A>
void fields(A& a, Viewer& v) {
  auto& [want_stdin, want_stdout, want_stderr, framed, detach_keys, pending] = v;
  a(want_stdin, want_stdout, want_stderr, framed, detach_keys, pending);
}
template <class A>
void fields(A& a, StartRequest& v) {
  auto& [spec, fds, viewers] = v;
  a(spec, fds, viewers);
}
template <class A>
void fields(A& a, AttachRequest& v) {
  auto& [viewer] = v;
  a(viewer);
}
template <class A>
void fields(A& a, ExecRequest& v) {
  auto& [id, process, has_connection, privileged, viewer] = v;
  a(id, process, has_connection, privileged, viewer);
}
template <class A>
void fields(A& a, Resize& v) {
  auto& [exec_id, rows, columns] = v;
  a(exec_id, rows, columns);
}
template <class A>
void fields(A& a, Signal& v) {
  auto& [exec_id, signo] = v;
  a(exec_id, signo);
}
template <class A>
void fields(A& a, Status& v) {
  auto& [version, pid, start_time, running, exited, exit_code, started_at, finished_at] = v;
  a(version, pid, start_time, running, exited, exit_code, started_at, finished_at);
}
template <class A>
void fields(A& a, Exit& v) {
  auto& [code, oom_killed, finished_at] = v;
  a(code, oom_killed, finished_at);
}

// A body of nothing (go, ready, done ...).
struct Nothing {};
template <class A>
void fields(A&, Nothing&) {}

template <class T = Nothing>
Result<> send(int sock, Op op, const T& body = {}, const std::vector<int>& fds = {}) {
  return process::send_packet(sock, kProtocolVersion, static_cast<std::uint8_t>(op),
                              process::encode(body), fds);
}

}  // namespace hexad::shim
