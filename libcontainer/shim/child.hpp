// A process on its way from clone to exec, as the shim sees it: listens to its end of the handshake
// (process/sync.hpp) and decides whether it really became the user's program.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>

#include "libcontainer/process/failure.hpp"
#include "libcontainer/process/launch.hpp"
#include "libcontainer/process/wire.hpp"
#include "libcontainer/shim/loop.hpp"

namespace hexad::shim {

class ChildOwner {
 public:
  virtual void child_netlink(UniqueFd socket) = 0;
  virtual void child_terminal(UniqueFd master) = 0;
  virtual void child_ready() = 0;
  // Runs the user's program (or already did, and has ended).
  virtual void child_started() = 0;
  virtual void child_failed(const process::Failure& failure) = 0;
  // After started only. Exit code as a shell counts: 128 + signal.
  virtual void child_ended(int code) = 0;

 protected:
  ~ChildOwner() = default;
};

class Child final : public Watcher {
 public:
  // `pid_known`: for an exec the pid comes by message.
  Child(Loop& loop, ChildOwner& owner, process::Launched launched, bool pid_known);
  ~Child() override;
  Result<> start();
  Result<> send_go();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool waits_for_pid() const noexcept { return pid_ == 0 && !over_; }
  [[nodiscard]] bool is_started() const noexcept { return started_; }
  // It was reaped; `status` as of waitpid(2), `execed` as of process::has_execed() before.
  void died(int status, bool execed);
  void kill();

  void on_ready(std::uint32_t events) override;

 private:
  void handle(process::Packet packet);
  void sync_ended();
  void settle();
  void give_up(process::Failure failure);

  Loop& loop_;
  ChildOwner& owner_;
  process::Launched launched_;
  pid_t pid_ = 0;
  bool closed_ = false;  // end of file on the handshake
  bool started_ = false, over_ = false;
  bool execed_ = false;  // known of one that died
  std::optional<int> status_;
};

int exit_code(int wait_status) noexcept;

}  // namespace hexad::shim
