// The daemon comes back: what it finds is compared with what the database says (recovery.hpp),
// and acted on, container by container. A bad container is logged and stays removable; it never
// stops the start-up.
#include <dirent.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <set>

#include "daemon/containers/recovery.hpp"
#include "daemon/containers/service.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/security/capabilities.hpp"
#include "libcontainer/security/seccomp_compile.hpp"

namespace hexad::containers {
namespace {

struct DirCloser {
  void operator()(DIR* d) const noexcept { ::closedir(d); }
};

std::vector<std::string> entries_of(const std::string& path) {
  std::vector<std::string> out;
  const std::unique_ptr<DIR, DirCloser> dir(::opendir(path.c_str()));
  if (!dir) return out;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") out.push_back(name);
  }
  return out;
}

bool is_id(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

constexpr int kLostCode = 255;
constexpr int kKilledCode = 128 + SIGKILL;

}  // namespace

Service::Service(Deps deps, Options options)
    : deps_(std::move(deps)), options_(std::move(options)), store_(deps_.database) {}

Service::~Service() {
  for (const auto& container : registry_.all()) container->watch_.cancel();
  (void)deps_.cgroups.remove_parent();  // stays while containers run
}

Result<std::unique_ptr<Service>> Service::start(Deps deps, Options options) {
  std::unique_ptr<Service> service(new Service(std::move(deps), std::move(options)));
  service->boot_id_ = TRY(boot_id());
  TRY(service->recover());
  // Compiling the filter takes some ten milliseconds: not at the first start's expense.
  service->deps_.cleanup.post(
      [] { (void)security::default_seccomp(security::kDefaultCapabilities); });
  return service;
}

Result<> Service::recover() {
  std::vector<std::string> alive;
  std::vector<ContainerPtr> restart;
  std::set<std::string> groups;
  if (auto list = deps_.cgroups.list()) groups.insert(list->begin(), list->end());
  for (auto& row : TRY(store_.all())) {
    auto container =
        std::make_shared<Container>(row.id, row.created, deps_.pool, deps_.cleanup, deps_.io);
    container->name_ = row.name;
    container->state_ = row.state;
    container->run_ = row.run;
    container->definition_ = std::make_shared<const Definition>(std::move(row.definition));
    registry_.add(container);
    recover_one(container, groups, alive, restart);
  }
  remove_orphans();
  TRY(deps_.networks.reconcile(alive));
  for (const auto& container : restart) {
    set_state(*container, State::restarting);
    restart_later(container, 0);
  }
  return {};
}

void Service::recover_one(const ContainerPtr& container, const std::set<std::string>& groups,
                          std::vector<std::string>& alive, std::vector<ContainerPtr>& restart) {
  const log::Scope scope("", container->id());
  const Snapshot row = container->snapshot();
  Observed seen;
  seen.state = row.state;
  seen.same_boot = row.run.boot_id.empty() || row.run.boot_id == boot_id_;
  std::optional<shim::Shim> shim;
  std::optional<shim::Exit> exit_file;
  if (auto dir = run_directory(row.id)) {
    if (auto file = shim::read_exit_file(dir->get())) exit_file = *file;
    if (auto connected = shim::Shim::connect(dir->get())) shim = std::move(*connected);
  }
  seen.exit_file = exit_file.has_value();
  if (shim) {
    const auto& status = shim->status();
    seen.shim_answers = true;
    seen.shim_running = status.running;
    seen.start_time_matches =
        status.pid == row.run.process.pid && status.start_time == row.run.process.start_time;
    if (status.exited && !exit_file) {
      seen.exit_file = true;
      exit_file = shim::Exit{status.exit_code, false, status.finished_at};
    }
  }
  const auto adopt_network = [&] {
    for (const auto& view : deps_.networks.list())
      for (const auto& [id, endpoint] : view.containers)
        if (id == row.id) container->endpoint_ = endpoint;
    alive.push_back(row.id);
  };
  const Action action = reconcile(seen);
  if (action != Action::none)
    log::info("recover from {}: action {}", to_text(row.state), static_cast<int>(action));
  const auto take_started = [&](const shim::Status& status) {
    Run run = row.run;
    run.process = {status.pid, status.start_time};
    run.boot_id = boot_id_;
    run.started_at = status.started_at;
    run.error.clear();
    container->run_ = run;
    container->state_ = State::running;
    if (auto stored = store_.set_run(row.id, State::running, run); !stored)
      log::error("store the adopted run: {}", stored.error().message);
  };
  switch (action) {
    case Action::none:
      // The daemon before died while it cleared away a run.
      if (shim || path_exists(deps_.paths.run(row.id)) || groups.contains(row.id))
        tear_down(container, std::move(shim));
      if (row.state == State::restarting) restart.push_back(container);
      break;
    case Action::adopt_started: take_started(shim->status()); [[fallthrough]];
    case Action::adopt:
      adopt_network();
      container->shim_ = std::move(shim);
      watch(container);
      break;
    case Action::take_start_exit:
      if (shim) take_started(shim->status());
      [[fallthrough]];
    case Action::take_exit: {
      const bool answers = shim.has_value();
      container->shim_ = std::move(shim);
      ended(container, *exit_file, answers);
      break;
    }
    case Action::killed:
      (void)deps_.cgroups.kill_all(row.id);
      ended(container, shim::Exit{kKilledCode, false, now_ns()}, false);
      break;
    case Action::undo_start:
      if (shim) shim->abort();
      (void)deps_.cgroups.kill_all(row.id);
      (void)deps_.networks.release(row.id);
      tear_down(container, std::nullopt);
      set_state(*container, row.run.started_at == 0 ? State::created : State::exited);
      break;
    case Action::finish_removal:
      set_state(*container, State::exited);
      if (auto removed = remove(container, false); !removed)
        log::error("finish the removal: {}", removed.error().message);
      break;
    case Action::lost_boot: {
      const auto policy = row.definition->host.restart_policy.name;
      ended(container, shim::Exit{kLostCode, false, now_ns()}, false);
      if (container->state() == State::exited && !row.run.manual_stop &&
          (policy == "always" || policy == "unless-stopped"))
        restart.push_back(container);
      break;
    }
    case Action::remove_orphan: break;  // needs a row to get here
  }
}

// Run directories, cgroups and container directories of ours that no row speaks of.
void Service::remove_orphans() {
  std::set<std::string> known;
  for (const auto& container : registry_.all()) known.insert(container->id());
  std::set<std::string> orphans;
  for (const auto& root : {deps_.paths.exec, deps_.paths.containers()})
    for (const auto& name : entries_of(root))
      if (is_id(name) && !known.contains(name)) orphans.insert(name);
  if (auto groups = deps_.cgroups.list())
    for (const auto& id : *groups)
      if (!known.contains(id)) orphans.insert(id);
  for (const auto& id : orphans) {
    log::info("remove the orphan {}", id.substr(0, 12));
    if (auto dir = run_directory(id)) {
      if (auto shim = shim::Shim::connect(dir->get())) {
        (void)deps_.cgroups.kill_all(id);
        (void)shim->finish();
      }
    }
    (void)deps_.cgroups.kill_all(id);
    if (auto destroyed = deps_.cgroups.destroy(id); !destroyed)
      log::warn("orphan's cgroup: {}", destroyed.error().message);
    (void)deps_.networks.release(id);
    (void)remove_tree(deps_.paths.run(id));
    const std::string trash = fmt::format("{}/{}-{}", deps_.paths.trash(), id, random_hex(4));
    (void)::rename(deps_.paths.container(id).c_str(), trash.c_str());
  }
  const std::string trash = deps_.paths.trash();
  deps_.cleanup.post([trash] {
    for (const auto& name : entries_of(trash))
      if (auto gone = remove_tree(trash + "/" + name); !gone)
        log::warn("empty the trash: {}", gone.error().message);
  });
}

}  // namespace hexad::containers
