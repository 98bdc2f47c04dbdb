// The start of a container, from "starting" in the database to "running". The order is
// BUDGET's: the shim comes alive while addresses, cgroups and files are made, and the daemon
// wires the network while init mounts. Each step pushes what undoes it.
#include <sys/stat.h>

#include "daemon/containers/mounts.hpp"
#include "daemon/containers/network_request.hpp"
#include "daemon/containers/service.hpp"
#include "daemon/containers/spec_builder.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/base/undo.hpp"

namespace hexad::containers {
namespace {

// The words that Docker puts in front of a runtime's message; the docker command looks for the
// message itself and chooses its exit code from it.
constexpr std::string_view kRuntimePrefix =
    "failed to create task for container: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process: ";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// moby daemon/errors.go, translateContainerdStartErr: which exit code a failed start leaves.
int exit_code_for(std::string_view message) {
  if (contains(message, "executable file not found") ||
      contains(message, "no such file or directory") ||
      contains(message, "system cannot find the file specified"))
    return 127;
  if (contains(message, "permission denied") || contains(message, "not a directory") ||
      contains(message, "is a directory"))
    return 126;
  return 128;
}

Error runtime_error(const shim::Failure& failure, Error error) {
  const std::string& text = failure.message.empty() ? error.message : failure.message;
  Error out{Code::internal, failure.sys_errno, std::string(kRuntimePrefix) + text};
  if (exit_code_for(text) != 128) out.code = Code::invalid_argument;
  return out;
}

}  // namespace

// One start in the making. Lives on the lane's stack.
struct Service::Starting {
  Service& service;
  const ContainerPtr& container;
  Snapshot before;
  std::shared_ptr<const Definition> definition;
  images::Runnable image;
  UniqueFd run_dir;
  std::optional<shim::Shim> shim;
  NetworkPlan network;
  std::optional<networks::Allocation> allocation;
  process::ContainerSpec spec;
  shim::Failure failure;
  UndoList undo;  // last, so that it runs while what it needs is still there

  Result<> make_run_dir();
  Result<> allocate_network();
  Result<> write_files() const;
  Result<> make_cgroup();
  Result<shim::StartInput> input();
  Result<shim::Status> launch();
};

Result<> Service::Starting::make_run_dir() {
  const std::string path = service.deps_.paths.run(container->id());
  TRY(make_dir(path, 0700));
  undo.push([path] { (void)remove_tree(path); });
  run_dir = TRY(open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY));
  return {};
}

Result<> Service::Starting::allocate_network() {
  network = TRY(plan_network(*definition));
  if (network.kind != NetworkPlan::Kind::bridge) return {};
  allocation = TRY(service.deps_.networks.allocate(container->id(), before.name, network.name,
                                                   network.ports, network.mac_address));
  undo.push([this] {
    (void)service.deps_.networks.release(container->id());
    const std::lock_guard lock(container->mutex_);
    container->endpoint_.reset();
  });
  const std::lock_guard lock(container->mutex_);
  container->endpoint_ = allocation->endpoint;
  return {};
}

Result<> Service::Starting::write_files() const {
  const std::string dir = service.deps_.paths.container(container->id());
  if (network.kind == NetworkPlan::Kind::container) return {};  // the other's files are mounted
  const std::string ipv4 = allocation ? allocation->endpoint.ipv4 : std::string();
  TRY(write_file_atomic(dir + "/hostname", spec.hostname + "\n", 0644));
  const bool host = network.kind == NetworkPlan::Kind::host;
  std::string hosts = hosts_file(before, ipv4);
  std::string resolv = service.deps_.networks.resolv_conf();
  if (host) {
    if (auto text = read_file("/etc/hosts")) hosts = *text;
    if (auto text = read_file("/etc/resolv.conf")) resolv = *text;
  }
  TRY(write_file_atomic(
      dir + "/hosts",
      hosts + extra_hosts(definition->host, allocation ? allocation->endpoint.gateway : ""), 0644));
  return write_file_atomic(dir + "/resolv.conf",
                           with_dns_options(std::move(resolv), definition->host), 0644);
}

Result<> Service::Starting::make_cgroup() {
  auto limits = TRY(build_limits(definition->host));
  TRY(cgroup::adjust_limits(limits,
                            service.deps_.cgroups.support()));  // create has given the warnings
  undo.push([this] {
    (void)service.deps_.cgroups.kill_all(container->id());
    (void)service.deps_.cgroups.destroy(container->id());
  });
  TRY(service.deps_.cgroups.create(container->id(), limits));
  for (auto& view : service.deps_.cgroups.view(container->id()))
    spec.rootfs.cgroups.push_back(
        {std::move(view.name), std::move(view.source), std::move(view.links)});
  return {};
}

Result<shim::StartInput> Service::Starting::input() {
  shim::StartInput in;
  in.spec = std::move(spec);
  auto joins = TRY(service.deps_.cgroups.open_joins(container->id()));
  in.cgroup_tasks = std::move(joins.tasks);
  in.cgroup_v2 = std::move(joins.directory);
  const auto& host = definition->host;
  if (network.kind == NetworkPlan::Kind::container)
    in.join_net = TRY(service.namespace_of(network.name, "net"));
  if (host.pid_mode.starts_with("container:"))
    in.join_pid = TRY(service.namespace_of(host.pid_mode.substr(10), "pid"));
  if (host.ipc_mode.starts_with("container:")) {
    const std::string donor = host.ipc_mode.substr(10);
    if (TRY(service.find(donor))->definition()->host.ipc_mode != "shareable") {
      return fail(Code::invalid_argument,
                  "cannot join IPC of a container {}: non-shareable IPC (hint: use "
                  "IpcMode:shareable for the donor container)",
                  donor);
    }
    in.join_ipc = TRY(service.namespace_of(donor, "ipc"));
    in.join_shm = TRY(service.namespace_of(donor, "mnt"));  // for its /dev/shm
  }
  if (allocation) in.held = std::move(allocation->held);
  std::unique_lock lock(container->mutex_);
  // An attach whose answer is on its way belongs to this start: its connection comes in a moment.
  container->settled_.wait_for(lock, std::chrono::seconds(2),
                               [this] { return container->attaching_ == 0; });
  in.viewers = std::move(container->parked_);
  container->parked_.clear();
  return in;
}

Result<shim::Status> Service::Starting::launch() {
  auto in = TRY(input());
  const auto with_cause = [this](Error error) -> tl::unexpected<Error> {
    return pass(failure.stage.empty() ? std::move(error)
                                      : runtime_error(failure, std::move(error)));
  };
  undo.push([this] { shim->abort(); });
  auto cloned = shim->start(std::move(in), failure);
  if (!cloned) return with_cause(std::move(cloned).error());
  if (allocation) {
    auto wired = service.deps_.networks.wire(container->id(), allocation->endpoint, cloned->pid,
                                             cloned->rtnetlink.get());
    if (!wired) {
      // Where init has given up meanwhile, that is the cause, not the namespace that went with it.
      if (!shim->wait_ready(failure) && !failure.stage.empty())
        return with_cause(std::move(wired).error());
      return pass(std::move(wired).error());
    }
    cloned->rtnetlink.reset();
  }
  if (auto ready = shim->wait_ready(failure); !ready) return with_cause(std::move(ready).error());
  auto status = shim->go(failure);
  if (!status) return with_cause(std::move(status).error());
  return *status;
}

Result<> Service::do_start(const ContainerPtr& container) {
  Starting starting{
      *this, container, container->snapshot(), container->definition(), {}, {}, {}, {}, {}, {},
      {},    {}};
  starting.image = TRY(deps_.images.resolve(starting.definition->image_id));
  wait_torn_down(*container);
  TRY(starting.make_run_dir());
  TRY(store_.set_state(container->id(), State::starting));
  {
    const std::lock_guard lock(container->mutex_);
    container->state_ = State::starting;
  }
  // From here on the shim comes alive beside the steps that follow.
  starting.shim = TRY(shim::Shim::spawn(deps_.shim_program, starting.run_dir.get()));
  TRY(starting.allocate_network());
  auto mounts = TRY(to_spec_mounts(starting.definition->mounts));
  starting.spec = TRY(build_spec(SpecInput{starting.before, starting.image, deps_.paths,
                                           std::move(mounts), starting.network, options_}));
  if (starting.spec.ns.user) {
    TRY(give_volumes_to(starting.definition->mounts, starting.spec.ns.uid_map.front().outside,
                        starting.spec.ns.gid_map.front().outside));
  }
  TRY(starting.write_files());
  TRY(starting.make_cgroup());
  const auto status = TRY(starting.launch());

  Run run;
  run.process = ProcessId{status.pid, status.start_time};
  run.boot_id = boot_id_;
  run.started_at = status.started_at;
  run.restart_count = starting.before.run.restart_count;
  TRY(store_.set_run(container->id(), State::running, run));
  starting.undo.dismiss();
  std::vector<shim::AttachedViewer> late;  // attached while it was starting
  {
    const std::lock_guard lock(container->mutex_);
    container->run_ = run;
    container->state_ = State::running;
    container->stop_requested_ = false;
    late.swap(container->parked_);
  }
  for (auto& viewer : late) attach_now(*container, std::move(viewer.connection), viewer.viewer);
  container->shim_ = std::move(starting.shim);
  ++container->generation_;
  container->changed_.notify();
  watch(container);
  return {};
}

Result<> Service::start_container(const ContainerPtr& container) {
  const log::Scope scope("", container->id());
  switch (container->state()) {
    case State::running: return fail(Code::not_modified, "container already started");
    case State::paused:
      return fail(Code::conflict, "cannot start a paused container, try unpause instead");
    case State::removing:
      return fail(Code::conflict, "container is marked for removal and cannot be started");
    case State::dead: return fail(Code::conflict, "container is dead and cannot be started");
    case State::created:
    case State::starting:
    case State::restarting:
    case State::exited: break;
  }
  auto started = do_start(container);
  if (!started) {
    start_failed(container, started.error());
    return started;
  }
  log::info("container {} runs", container->id().substr(0, 12));
  return {};
}

// The undo list has run: the container is as it was, but for the error that inspect shows.
void Service::start_failed(const ContainerPtr& container, const Error& error) {
  Run run;
  bool auto_remove = false;
  State state = State::created;
  {
    const std::lock_guard lock(container->mutex_);
    run = container->run_;
    run.process = {};
    run.error = error.message;
    run.exit_code = exit_code_for(error.message);
    state = run.started_at == 0 ? State::created : State::exited;
    container->run_ = run;
    container->state_ = state;
    container->parked_.clear();
    auto_remove = container->definition_->host.auto_remove;
    ++container->ends_;
  }
  if (auto stored = store_.set_run(container->id(), state, run); !stored)
    log::error("store the failed start: {}", stored.error().message);
  container->changed_.notify();
  if (!auto_remove) return;
  if (auto removed = remove(container, true); !removed)
    log::error("remove after a failed start: {}", removed.error().message);
}

void Service::watch(const ContainerPtr& container) {
  auto watched = deps_.watcher.add(
      container->shim_->connection(),
      [lane = container->lane_](auto job) { lane->post(std::move(job)); },
      [this, weak = std::weak_ptr<Container>(container)] {
        const auto alive = weak.lock();
        return alive ? on_shim_event(alive) : false;
      });
  if (!watched) {
    log::error("watch the shim: {}", watched.error().message);
    return;
  }
  container->watch_ = std::move(*watched);
}

}  // namespace hexad::containers
