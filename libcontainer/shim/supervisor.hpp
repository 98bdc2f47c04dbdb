// The shim itself: one container from `start` to `finish`. It owns the streams, the log, the wait
// status and the exit file, serves the daemon's connections, and does not mind its absence.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libcontainer/shim/child.hpp"
#include "libcontainer/shim/connection.hpp"
#include "libcontainer/shim/exec_session.hpp"
#include "libcontainer/shim/logfile.hpp"
#include "libcontainer/shim/loop.hpp"
#include "libcontainer/shim/protocol.hpp"
#include "libcontainer/shim/streams.hpp"

namespace hexad::shim {

class Supervisor final : public ConnectionOwner, public ChildOwner {
 public:
  Supervisor(Loop loop, UniqueFd exec_dir);
  // `control`: the socket that the daemon left as descriptor 3.
  Result<> start(UniqueFd control);
  // Until the container is finished. Returns what the process ends with.
  int run();

  void packet(Connection& from, process::Packet packet) override;
  void connection_lost(Connection& which) override;

  void child_netlink(UniqueFd socket) override;
  void child_terminal(UniqueFd master) override;
  void child_ready() override;
  void child_started() override;
  void child_failed(const process::Failure& failure) override;
  void child_ended(int code) override;

 private:
  enum class State : std::uint8_t { idle, starting, ready, going, running, exited };
  // Calls a member function when a descriptor is readable.
  class Ear final : public Watcher {
   public:
    Ear(Supervisor& owner, void (Supervisor::*call)()) : owner_(owner), call_(call) {}
    void on_ready(std::uint32_t) override { (owner_.*call_)(); }

   private:
    Supervisor& owner_;
    void (Supervisor::*call_)();
  };

  // requests.cpp
  void on_start(Connection& from, process::Packet& packet);
  void on_go(Connection& from);
  void on_hello(Connection& from);
  void on_attach(Connection& from, process::Packet& packet);
  void on_exec(Connection& from, process::Packet& packet);
  void on_resize(Connection& from, process::Packet& packet);
  void on_signal(Connection& from, process::Packet& packet);
  void on_finish(Connection& from);
  Result<> take_start(StartRequest request, std::vector<UniqueFd> fds, std::string_view& stage);
  ExecSession* find_exec(const std::string& id);

  void accept_connections();
  void reap();
  void child_died(pid_t pid, int status, bool execed);
  int tick();
  void linger();
  [[nodiscard]] std::vector<int> cgroup_tasks() const;
  // The v2 cgroup that init is in now, if that is below the one it was started in; else empty.
  [[nodiscard]] UniqueFd moved_cgroup() const;

  Loop loop_;
  UniqueFd exec_dir_, listener_, signals_;
  std::unique_ptr<Ear> on_connect_, on_signal_;
  std::vector<std::unique_ptr<Connection>> connections_;
  Connection* control_ = nullptr;  // who is told of the exit
  State state_ = State::idle;
  bool stop_ = false;

  process::ContainerSpec spec_;
  std::unique_ptr<LogFile> log_;
  std::unique_ptr<Streams> streams_;
  std::unique_ptr<Child> init_;
  Pidfd init_pidfd_;
  UniqueFd mount_namespace_;  // held, so that the exit is known before the unmounting
  std::vector<UniqueFd> tasks_, held_;
  UniqueFd cgroup_v2_;
  std::string cgroup_v2_path_;  // as /proc/PID/cgroup names it
  Status status_;
  Exit exit_;
  std::vector<std::unique_ptr<ExecSession>> execs_;
  // Children that ended before the message with their pid was read.
  struct Orphan {
    pid_t pid = 0;
    int status = 0;
    bool execed = false;
  };
  std::vector<Orphan> orphans_;
};

}  // namespace hexad::shim
