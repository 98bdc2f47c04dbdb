// What a daemon may ask of a running shim.
#include <csignal>

#include "libcontainer/base/strings.hpp"
#include "libcontainer/shim/messages.hpp"
#include "libcontainer/shim/supervisor.hpp"

namespace hexad::shim {

namespace {

void refuse(Connection& from, int err, std::string_view why) {
  from.reply(Op::failed, Failure{"shim", err, std::string(why)});
}

}  // namespace

void Supervisor::packet(Connection& from, process::Packet packet) {
  switch (static_cast<Op>(packet.op)) {
    case Op::start: return on_start(from, packet);
    case Op::go: return on_go(from);
    case Op::abort:
      if (state_ == State::running || state_ == State::exited)
        return refuse(from, EBUSY, "the container has started");
      if (init_) init_->kill();
      stop_ = true;
      return;
    case Op::hello: return on_hello(from);
    case Op::attach: return on_attach(from, packet);
    case Op::exec: return on_exec(from, packet);
    case Op::resize: return on_resize(from, packet);
    case Op::signal: return on_signal(from, packet);
    case Op::hold:
      for (auto& fd : packet.fds) held_.push_back(std::move(fd));
      return;
    case Op::finish: return on_finish(from);
    default: return refuse(from, EPROTO, "this shim does not know that request");
  }
}

void Supervisor::on_go(Connection& from) {
  if (state_ != State::ready) return refuse(from, EBUSY, "not ready to go");
  state_ = State::going;
  if (!init_->send_go()) refuse(from, EPIPE, "init is gone");
}

void Supervisor::on_hello(Connection& from) {
  control_ = &from;
  from.reply(Op::status, status_);
  if (state_ == State::exited) from.reply(Op::exited, exit_);
}

void Supervisor::on_attach(Connection& from, process::Packet& packet) {
  auto request = process::decode<AttachRequest>(packet.body);
  if (!request || packet.fds.size() != 1) return refuse(from, EPROTO, "malformed attach request");
  if (!streams_ || state_ == State::exited) return refuse(from, ESRCH, "the container has ended");
  streams_->add_viewer(std::move(packet.fds.front()), std::move(request->viewer));
  from.reply(Op::done);
}

void Supervisor::on_exec(Connection& from, process::Packet& packet) {
  auto request = process::decode<ExecRequest>(packet.body);
  const std::size_t wanted = request && request->has_connection ? 1 : 0;
  if (!request || packet.fds.size() != wanted)
    return refuse(from, EPROTO, "malformed exec request");
  if (state_ != State::running)
    return from.reply(Op::failed, Failure{"clone", ESRCH, "the container is not running: unknown"});
  UniqueFd client;
  if (wanted == 1) client = std::move(packet.fds.front());
  auto session = std::make_unique<ExecSession>(loop_, std::move(*request), std::move(client));
  session->reply_to = &from;
  process::JoinInput input;
  input.container = &spec_;
  input.init_pidfd = init_pidfd_.get();
  input.cgroup_tasks = cgroup_tasks();
  const UniqueFd moved = cgroup_v2_ ? moved_cgroup() : UniqueFd();
  input.cgroup_v2 = moved ? moved.get() : cgroup_v2_ ? cgroup_v2_.get() : -1;
  auto started = session->start(std::move(input));
  if (!started) return session->child_failed(process::make_failure("clone", started.error()));
  execs_.push_back(std::move(session));
}

ExecSession* Supervisor::find_exec(const std::string& id) {
  for (auto& exec : execs_) {
    if (exec->id() == id && !exec->is_over()) return exec.get();
  }
  return nullptr;
}

void Supervisor::on_resize(Connection& from, process::Packet& packet) {
  const auto request = process::decode<Resize>(packet.body);
  if (!request) return refuse(from, EPROTO, "malformed resize request");
  Streams* streams = streams_.get();
  if (!request->exec_id.empty()) {
    auto* exec = find_exec(request->exec_id);
    streams = exec != nullptr ? &exec->streams() : nullptr;
  }
  if (streams == nullptr) return refuse(from, ESRCH, "no such process");
  auto done = streams->resize(request->rows, request->columns);
  if (!done) return refuse(from, done.error().sys_errno, done.error().message);
  from.reply(Op::done);
}

void Supervisor::on_signal(Connection& from, process::Packet& packet) {
  const auto request = process::decode<Signal>(packet.body);
  if (!request) return refuse(from, EPROTO, "malformed signal request");
  pid_t pid = 0;
  if (request->exec_id.empty()) {
    pid = state_ == State::running ? init_->pid() : 0;
  } else if (auto* exec = find_exec(request->exec_id)) {
    pid = exec->child()->pid();
  }
  // A child that is not reaped yet: its pid cannot be somebody else's.
  if (pid <= 0) return refuse(from, ESRCH, "no such process");
  if (::kill(pid, request->signo) != 0) return refuse(from, errno, "cannot send the signal");
  from.reply(Op::done);
}

void Supervisor::on_finish(Connection& from) {
  if (state_ != State::exited) return refuse(from, EBUSY, "the container has not ended");
  held_.clear();
  mount_namespace_.reset();
  from.reply(Op::done);
  stop_ = true;
}

}  // namespace hexad::shim
