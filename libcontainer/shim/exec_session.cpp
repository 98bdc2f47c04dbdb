#include "libcontainer/shim/exec_session.hpp"

#include "libcontainer/base/strings.hpp"
#include "libcontainer/shim/messages.hpp"

namespace hexad::shim {

ExecSession::ExecSession(Loop& loop, ExecRequest request, UniqueFd client)
    : loop_(loop),
      request_(std::move(request)),
      client_(std::move(client)),
      streams_(loop, nullptr) {}

Result<> ExecSession::start(process::JoinInput input) {
  const auto& process = request_.process;
  input.process = &process;
  input.stdio = TRY(streams_.open({process.tty, process.open_stdin, true}));
  auto launched = TRY(process::launch_join(std::move(input)));
  child_ = std::make_unique<Child>(loop_, *this, std::move(launched), false);
  return child_->start();
}

void ExecSession::child_terminal(UniqueFd master) {
  static_cast<void>(streams_.set_terminal(std::move(master)));
}

void ExecSession::child_started() {
  if (reply_to != nullptr) {
    Status status;
    status.pid = child_->pid();
    status.running = true;
    status.started_at = now_ns();
    reply_to->reply(Op::started, status);
  }
  if (client_) streams_.add_viewer(std::move(client_), request_.viewer);
  // Only now: the process may have written before we learned that it runs.
  if (!streams_.begin()) child_->kill();
  // Environment and filter may be large, and are not needed any more.
  request_.process = {};
}

void ExecSession::child_failed(const process::Failure& failure) {
  over_ = true;
  // The daemon still holds the client's connection and answers it: only our copy is closed.
  client_.reset();
  streams_.end();
  if (reply_to != nullptr) reply_to->reply(Op::failed, failure);
}

void ExecSession::child_ended(int code) {
  over_ = true;
  // Told before the client sees the end of its stream: who asks then finds the exit code.
  if (reply_to != nullptr) reply_to->reply(Op::exited, Exit{code, false, now_ns()});
  constexpr std::int64_t kLateMs = 2000;  // as long as Docker waits for late output
  streams_.end_within(kLateMs);
}

}  // namespace hexad::shim
