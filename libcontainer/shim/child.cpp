#include "libcontainer/shim/child.hpp"

#include <sys/epoll.h>
#include <sys/wait.h>

#include <csignal>

#include "libcontainer/process/sync.hpp"

namespace hexad::shim {

int exit_code(int wait_status) noexcept {
  constexpr int kSignalled = 128;
  return WIFSIGNALED(wait_status) ? kSignalled + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

Child::Child(Loop& loop, ChildOwner& owner, process::Launched launched, bool pid_known)
    : loop_(loop), owner_(owner), launched_(std::move(launched)) {
  if (pid_known) pid_ = launched_.pid;
}

Child::~Child() {
  if (launched_.sync) loop_.remove(launched_.sync.get());
}

Result<> Child::start() { return loop_.add(launched_.sync.get(), EPOLLIN, this); }

Result<> Child::send_go() { return process::sync_send(launched_.sync.get(), process::SyncOp::go); }

// The pid is safe: it is our child and not reaped before died().
void Child::kill() {
  if (pid_ > 0 && !status_) ::kill(pid_, SIGKILL);
}

void Child::on_ready(std::uint32_t) {
  while (launched_.sync && !over_) {
    auto packet = process::receive_packet(launched_.sync.get());
    if (!packet && packet.error().sys_errno == EAGAIN) return;
    if (!packet || !*packet) return sync_ended();
    handle(std::move(**packet));
  }
}

void Child::handle(process::Packet packet) {
  using process::SyncOp;
  const bool has_fd = packet.fds.size() == 1;
  switch (static_cast<SyncOp>(packet.op)) {
    case SyncOp::netlink:
      if (has_fd) owner_.child_netlink(std::move(packet.fds.front()));
      return;
    case SyncOp::terminal:
      if (has_fd) owner_.child_terminal(std::move(packet.fds.front()));
      return;
    case SyncOp::ready: return owner_.child_ready();
    case SyncOp::pid:
      if (const auto pid = process::decode<std::int32_t>(packet.body)) pid_ = *pid;
      return;
    case SyncOp::failed: {
      auto failure = process::decode<process::Failure>(packet.body);
      return give_up(failure ? std::move(*failure)
                             : process::Failure{"shim", EPROTO, "malformed failure: unknown"});
    }
    case SyncOp::mapped:
    case SyncOp::go: return;  // only ever sent by us
  }
}

void Child::give_up(process::Failure failure) {
  if (over_) return;
  over_ = true;
  owner_.child_failed(failure);
}

void Child::sync_ended() {
  if (launched_.sync) loop_.remove(launched_.sync.get());
  launched_.sync.reset();
  closed_ = true;
  settle();
}

// The end of file proves nothing: it comes from an exec, and from a death.
void Child::settle() {
  if (over_ || started_ || !closed_) return;
  if (pid_ == 0) return give_up({"clone", ESRCH, "the container is not running any more: unknown"});
  const bool execed = status_ ? execed_ : process::has_execed(pid_);
  if (execed) {
    started_ = true;
    owner_.child_started();
    if (status_) {
      over_ = true;
      owner_.child_ended(exit_code(*status_));
    }
    return;
  }
  // Not dead yet, but dying: died() comes.
  if (!status_) return;
  give_up({"exec", 0,
           fmt::format("process was {} {} before it could execute the program: unknown",
                       WIFSIGNALED(*status_) ? "killed by signal" : "ended with code",
                       WIFSIGNALED(*status_) ? WTERMSIG(*status_) : WEXITSTATUS(*status_))});
}

void Child::died(int status, bool execed) {
  if (started_) {
    if (over_) return;
    over_ = true;
    status_ = status;
    return owner_.child_ended(exit_code(status));
  }
  execed_ = execed;
  status_ = status;
  on_ready(0);  // what it said last
  // With --init the program, not yet reaped by it, may keep the handshake open a little longer.
  if (!closed_ && !over_) return;
  settle();
}

}  // namespace hexad::shim
