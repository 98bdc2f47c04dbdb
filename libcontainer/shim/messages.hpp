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
  a(v.cgroup_tasks, v.cgroup_v2, v.join_net, v.join_pid, v.join_ipc, v.join_shm, v.viewers);
}
template <class A>
void fields(A& a, Viewer& v) {
  a(v.want_stdin, v.want_stdout, v.want_stderr, v.framed, v.detach_keys, v.pending);
}
template <class A>
void fields(A& a, StartRequest& v) {
  a(v.spec, v.fds, v.viewers);
}
template <class A>
void fields(A& a, AttachRequest& v) {
  a(v.viewer);
}
template <class A>
void fields(A& a, ExecRequest& v) {
  a(v.id, v.process, v.has_connection, v.privileged, v.viewer);
}
template <class A>
void fields(A& a, Resize& v) {
  a(v.exec_id, v.rows, v.columns);
}
template <class A>
void fields(A& a, Signal& v) {
  a(v.exec_id, v.signo);
}
template <class A>
void fields(A& a, Status& v) {
  a(v.version, v.pid, v.start_time, v.running, v.exited, v.exit_code, v.started_at, v.finished_at);
}
template <class A>
void fields(A& a, Exit& v) {
  a(v.code, v.oom_killed, v.finished_at);
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
