// How a container ends: kill, the exit that its shim tells, the restart policy, removal. All on
// the container's lane. What nobody waits for (cgroup, unmount, files) goes to its cleanup lane.
#include <sys/stat.h>

#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "api/names.hpp"
#include "daemon/containers/service.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

constexpr int kKilled = 128 + SIGKILL;
// moby restartmanager: 100 ms, doubled each time up to a minute, from the start again after a run
// of ten seconds.
constexpr std::int64_t kFirstDelayMs = 100;
constexpr std::int64_t kMaxDelayMs = 60'000;
constexpr std::int64_t kSettledNs = 10'000'000'000;

}  // namespace

Result<UniqueFd> Service::run_directory(const std::string& id) const {
  return open_at(AT_FDCWD, deps_.paths.run(id), O_PATH | O_DIRECTORY);
}

void Service::set_state(Container& container, State state) {
  {
    const std::lock_guard lock(container.mutex_);
    container.state_ = state;
  }
  if (auto stored = store_.set_state(container.id(), state); !stored)
    log::error("store state: {}", stored.error().message);
  container.changed_.notify();
}

Result<> Service::kill(Container& container, int signo) {
  const auto now = container.snapshot();
  if (!is_alive(now.state)) return fail(Code::conflict, "Container {} is not running", now.id);
  if (signo == SIGKILL || signo == SIGTERM || signo == SIGINT || signo == SIGQUIT) {
    // A client wants it gone: the restart policy keeps out of it.
    const std::lock_guard lock(container.mutex_);
    container.stop_requested_ = signo == SIGKILL || container.stop_requested_;
  }
  auto process = Pidfd::open(now.run.process);
  if (!process) {
    // Between its end and our hearing of it.
    if (process.error().sys_errno == ESRCH) return {};
    return pass(std::move(process).error());
  }
  if (auto sent = process->signal(signo); !sent && sent.error().sys_errno != ESRCH)
    return pass(std::move(sent).error());
  // In the host's pid namespace the first process's end leaves the others.
  if (signo == SIGKILL && now.definition->host.pid_mode == "host")
    return deps_.cgroups.kill_all(container.id());
  return {};
}

bool Service::on_shim_event(const ContainerPtr& container) {
  const log::Scope scope("", container->id());
  if (!container->shim_) return false;
  auto exit = container->shim_->receive_exit();
  if (exit) {
    ended(container, *exit, true);
    return false;
  }
  // The shim is gone. It may have written the exit file in its last moment.
  shim::Exit last{kKilled, false, now_ns()};
  if (auto dir = run_directory(container->id()))
    if (auto file = shim::read_exit_file(dir->get())) last = *file;
  log::warn("the shim ended: {}", exit.error().message);
  if (auto killed = deps_.cgroups.kill_all(container->id()); !killed)
    log::warn("kill what the shim left: {}", killed.error().message);
  ended(container, last, false);
  return false;
}

void Service::ended(const ContainerPtr& container, const shim::Exit& exit, bool shim_alive) {
  const Snapshot before = container->snapshot();
  container->watch_.cancel();
  Run run = before.run;
  run.exit_code = exit.code;
  run.oom_killed = exit.oom_killed;
  if (exit.code == kKilled && before.definition->host.memory > 0)
    if (auto kills = deps_.cgroups.oom_kills(container->id())) run.oom_killed = *kills > 0;
  run.finished_at = exit.finished_at != 0 ? exit.finished_at : now_ns();
  run.process = {};
  run.error.clear();
  {
    const std::lock_guard lock(container->mutex_);
    run.manual_stop = container->stop_requested_;
    container->run_ = run;
  }
  const bool again = plan_restart(container, before);
  const State state = again ? State::restarting : State::exited;
  if (auto stored = store_.set_run(container->id(), state, container->snapshot().run); !stored)
    log::error("store the exit: {}", stored.error().message);
  // Before anybody is told: who waited may publish the same port at once.
  if (auto released = deps_.networks.release(container->id()); !released)
    log::error("release the network: {}", released.error().message);
  {
    const std::lock_guard lock(container->mutex_);
    container->endpoint_.reset();
    container->state_ = state;
    ++container->ends_;
  }
  container->changed_.notify();
  log::info("container {} ended with {}", container->id().substr(0, 12), exit.code);

  auto shim = std::move(container->shim_);
  container->shim_.reset();
  if (!shim_alive) shim.reset();
  tear_down(container, std::move(shim));
  if (!before.definition->host.auto_remove) return;
  if (auto removed = remove(container, true); !removed)
    log::error("automatic removal: {}", removed.error().message);
}

void Service::tear_down(const ContainerPtr& container, std::optional<shim::Shim> shim) {
  {
    const std::lock_guard lock(container->mutex_);
    ++container->tearing_down_;
  }
  auto shared = std::make_shared<std::optional<shim::Shim>>(std::move(shim));
  container->cleanup_->post([this, container, shared] {
    const log::Scope scope("", container->id());
    if (*shared) {
      if (auto finished = (*shared)->finish(); !finished)
        log::warn("end the shim: {}", finished.error().message);
      shared->reset();
    }
    if (auto destroyed = deps_.cgroups.destroy(container->id()); !destroyed) {
      (void)deps_.cgroups.kill_all(container->id());
      if (auto retried = deps_.cgroups.destroy(container->id()); !retried)
        log::warn("remove the cgroup: {}", retried.error().message);
    }
    if (auto gone = remove_tree(deps_.paths.run(container->id())); !gone)
      log::warn("remove the run directory: {}", gone.error().message);
    const std::lock_guard lock(container->mutex_);
    --container->tearing_down_;
    container->settled_.notify_all();
  });
}

void Service::wait_torn_down(Container& container) {
  std::unique_lock lock(container.mutex_);
  container.settled_.wait_for(lock, std::chrono::seconds(10),
                              [&] { return container.tearing_down_ == 0; });
}

// Decides, and schedules the next run.
bool Service::plan_restart(const ContainerPtr& container, const Snapshot& before) {
  const auto& policy = before.definition->host.restart_policy;
  Run run;
  {
    const std::lock_guard lock(container->mutex_);
    run = container->run_;
  }
  if (run.manual_stop || policy.name.empty() || policy.name == "no") return false;
  if (policy.name == "on-failure") {
    if (run.exit_code == 0) return false;
    if (policy.maximum_retry_count > 0 && run.restart_count >= policy.maximum_retry_count)
      return false;
  }
  std::int64_t delay = kFirstDelayMs;
  if (run.finished_at - run.started_at < kSettledNs)
    for (int i = 0; i < run.restart_count && delay < kMaxDelayMs; ++i) delay *= 2;
  {
    const std::lock_guard lock(container->mutex_);
    ++container->run_.restart_count;
  }
  restart_later(container, std::min(delay, kMaxDelayMs));
  return true;
}

void Service::restart_later(const ContainerPtr& container, std::int64_t delay_ms) {
  auto timer =
      std::make_shared<boost::asio::steady_timer>(deps_.io, std::chrono::milliseconds(delay_ms));
  const auto generation = container->generation_;
  timer->async_wait([this, timer, container, generation](const auto& error) {
    if (error) return;
    container->lane_->post([this, container, generation] {
      if (container->generation_ != generation || container->state() != State::restarting) return;
      if (auto started = start_container(container); !started)
        log::warn("restart {}: {}", container->id().substr(0, 12), started.error().message);
    });
  });
}

Result<> Service::remove(const ContainerPtr& container, bool volumes) {
  const Snapshot now = container->snapshot();
  if (is_alive(now.state)) {
    const std::string_view why =
        now.state == State::paused
            ? "container is paused and must be unpaused first"
            : "container is running: stop the container before removing or force remove";
    return fail(Code::conflict, "cannot remove container \"/{}\": {}", now.name, why);
  }
  {
    const std::lock_guard lock(container->mutex_);
    if (container->removed_) return fail(Code::not_found, "No such container: {}", now.id);
  }
  // Renamed into the trash first: a crash after it finds a row without a directory, whose removal
  // goes on at the next start.
  TRY(store_.set_state(container->id(), State::removing));
  const std::string trash = fmt::format("{}/{}-{}", deps_.paths.trash(), now.id, random_hex(4));
  const std::string dir = deps_.paths.container(now.id);
  if (::rename(dir.c_str(), trash.c_str()) != 0 && errno != ENOENT)
    return sys_fail("rename {}", dir);
  TRY(store_.remove(container->id()));
  registry_.remove(*container);
  ++container->generation_;
  {
    const std::lock_guard lock(container->mutex_);
    container->removed_ = true;
    container->state_ = State::removing;
    container->parked_.clear();
  }
  container->changed_.notify();
  if (volumes) {
    for (const auto& mount : now.definition->mounts) {
      if (!mount.anonymous || mount.point.type != "volume") continue;
      if (auto removed = deps_.volumes.remove(mount.point.name, false); !removed)
        log::debug("keep volume {}: {}", mount.point.name, removed.error().message);
    }
  }
  // After the teardown on the same lane: the overlay's directories are no longer mounted then.
  container->cleanup_->post([trash] {
    if (auto gone = remove_tree(trash); !gone)
      log::warn("empty the trash: {}", gone.error().message);
  });
  return {};
}

Result<> Service::rename(Container& container, std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  if (name.empty()) return fail(Code::invalid_argument, "Neither old nor new names may be empty");
  TRY(api::check_container_name(name));
  if (container.name() == name)
    return fail(Code::invalid_argument,
                "Renaming a container with the same name as its current name");
  auto hold = registry_.hold_name(name, container.id());
  if (!hold) return pass(std::move(hold).error(), "Error when allocating new name");
  TRY(store_.rename(container.id(), name));
  if (auto told = deps_.networks.rename(container.id(), name); !told)
    log::warn("rename an endpoint: {}", told.error().message);
  registry_.rename(container, std::move(*hold));
  return {};
}

}  // namespace hexad::containers
