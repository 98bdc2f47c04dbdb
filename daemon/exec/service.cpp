#include "daemon/exec/service.hpp"

#include <poll.h>

#include <chrono>
#include <condition_variable>

#include "api/stream_frame.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::exec {
namespace {

// Docker forgets ended instances after five minutes.
constexpr std::int64_t kKeepNs = 300'000'000'000;
constexpr std::chrono::seconds kLaunchWait{10};
constexpr int kNeverRan = 126;

int exit_code_for(std::string_view message) {
  const auto has = [message](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  };
  if (has("executable file not found") || has("no such file or directory")) return 127;
  return 126;
}

}  // namespace

struct Service::Instance : std::enable_shared_from_this<Instance> {
  std::string id;
  containers::ContainerPtr container;
  api::ExecCreate request;

  std::mutex mutex;  // guards what follows
  bool started = false, ended = false;
  bool launching = false;  // run() has not come back yet
  std::condition_variable launched;
  pid_t pid = 0;
  int exit_code = 0;
  std::int64_t ended_at = 0;
  UniqueFd watch_fd;
  async::FdWatcher::Watch watch;
};

Result<Service::InstancePtr> Service::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto at = instances_.find(id);
  if (at == instances_.end()) return fail(Code::not_found, "No such exec instance: {}", id);
  return at->second;
}

void Service::prune() {
  const std::int64_t now = now_ns();
  std::erase_if(instances_, [now](const auto& item) {
    const std::lock_guard lock(item.second->mutex);
    return item.second->ended && now - item.second->ended_at > kKeepNs;
  });
}

Result<std::string> Service::create(std::string_view reference, api::ExecCreate request) {
  auto container = TRY(containers_.find(reference));
  const auto state = container->state();
  if (state == containers::State::paused)
    return fail(Code::conflict, "Container {} is paused, unpause the container before exec",
                container->id());
  if (state == containers::State::restarting)
    return fail(Code::conflict, "Container {} is restarting, wait until the container is running",
                container->id());
  if (state != containers::State::running)
    return fail(Code::conflict, "container {} is not running", container->id());
  if (request.cmd.empty()) return fail(Code::invalid_argument, "No exec command specified");
  for (const auto& entry : request.env)
    if (entry.empty() || entry.front() == '=')
      return fail(Code::invalid_argument, "invalid environment variable: {}", entry);
  TRY(containers::Service::detach_keys(request.detach_keys));
  auto instance = std::make_shared<Instance>();
  instance->id = random_hex(32);
  instance->container = container;
  instance->request = std::move(request);
  {
    const std::lock_guard lock(mutex_);
    prune();
    instances_.emplace(instance->id, instance);
  }
  containers_.note_exec(*container, instance->id, true);
  return instance->id;
}

// Takes the exit code as soon as the shim has told it, whoever comes first.
void Service::settle(Instance& instance) {
  std::unique_lock lock(instance.mutex);
  // A short process may have ended, and its client seen that, before run() noted its start.
  instance.launched.wait_for(lock, kLaunchWait, [&] { return !instance.launching; });
  if (!instance.started || instance.ended || !instance.watch_fd) return;
  pollfd p{instance.watch_fd.get(), POLLIN, 0};
  if (::poll(&p, 1, 0) <= 0) return;
  const auto exit = shim::receive_exec_exit(instance.watch_fd.get());
  instance.exit_code = exit ? exit->code : 137;
  instance.ended = true;
  instance.ended_at = now_ns();
  instance.watch.cancel();
  instance.watch_fd.reset();
  containers_.note_exec(*instance.container, instance.id, false);
}

Result<api::ExecInspect> Service::inspect(std::string_view id) {
  const auto instance = TRY(find(id));
  settle(*instance);
  const std::lock_guard lock(instance->mutex);
  const auto& request = instance->request;
  api::ExecInspect out;
  out.id = instance->id;
  out.container_id = instance->container->id();
  out.running = instance->started && !instance->ended;
  if (instance->ended) out.exit_code = instance->exit_code;
  out.pid = instance->pid;
  out.can_remove = instance->ended;
  out.detach_keys = request.detach_keys;
  out.open_stdin = request.attach_stdin;
  out.open_stdout = request.attach_stdout;
  out.open_stderr = request.attach_stderr;
  out.tty = request.tty;
  out.privileged = request.privileged;
  out.entrypoint = request.cmd.front();
  out.arguments.assign(request.cmd.begin() + 1, request.cmd.end());
  out.user = request.user;
  return out;
}

Result<Service::Begun> Service::begin(std::string_view id, const api::ExecStart& start) {
  const auto instance = TRY(find(id));
  settle(*instance);
  const auto state = instance->container->state();
  if (state == containers::State::paused)
    return fail(Code::conflict, "Container {} is paused, unpause the container before exec",
                instance->container->id());
  if (!containers::is_alive(state))
    return fail(Code::conflict, "container {} is not running", instance->container->id());
  const std::lock_guard lock(instance->mutex);
  if (instance->ended) return fail(Code::conflict, "exec command {} has already run", instance->id);
  if (instance->started)
    return fail(Code::conflict, "exec command {} is already running", instance->id);
  instance->started = instance->launching = true;
  if (start.console_size) instance->request.console_size = start.console_size;
  return Begun{instance->request.tty};
}

Result<> Service::run(const std::string& id, UniqueFd connection, std::string pending) {
  const auto instance = TRY(find(id));
  auto ran = launch(*instance, std::move(connection), std::move(pending));
  const std::lock_guard lock(instance->mutex);
  if (!ran && !instance->ended) {
    instance->ended = true;
    instance->ended_at = now_ns();
    instance->exit_code = exit_code_for(ran.error().message);
    containers_.note_exec(*instance->container, id, false);
  }
  instance->launching = false;
  instance->launched.notify_all();
  return ran;
}

void Service::abandon(const std::string& id) {
  const auto instance = find(id);
  if (!instance) return;
  const std::lock_guard lock((*instance)->mutex);
  if (!(*instance)->launching) return;
  (*instance)->launching = false;
  (*instance)->ended = true;
  (*instance)->ended_at = now_ns();
  (*instance)->exit_code = kNeverRan;
  (*instance)->launched.notify_all();
  containers_.note_exec(*(*instance)->container, id, false);
}

Result<> Service::launch(Instance& instance, UniqueFd connection, std::string pending) {
  const auto& asked = instance.request;
  shim::ExecRequest request;
  request.id = instance.id;
  request.process = TRY(containers_.exec_process(*instance.container, asked));
  request.has_connection = static_cast<bool>(connection);
  request.privileged = asked.privileged;
  request.viewer.want_stdin = asked.attach_stdin;
  request.viewer.want_stdout = asked.attach_stdout;
  request.viewer.want_stderr = asked.attach_stderr;
  request.viewer.framed = !asked.tty;
  if (asked.tty)
    request.viewer.detach_keys = TRY(containers::Service::detach_keys(asked.detach_keys));
  request.viewer.pending = std::move(pending);

  auto dir = TRY(containers_.run_directory(instance.container->id()));
  shim::Failure failure;
  auto started = shim::exec(dir.get(), request, connection, failure);
  if (!started) {
    const std::string text =
        "OCI runtime exec failed: exec failed: unable to start container process: " +
        (failure.message.empty() ? started.error().message : failure.message);
    if (connection) {
      const std::string line = text + "\r\n";
      (void)write_all(connection.get(),
                      asked.tty ? line : api::frame(api::StreamKind::stdout_, line));
    }
    return fail(failure.stage.empty() ? Code::internal : Code::invalid_argument, "{}", text);
  }
  {
    const std::lock_guard lock(instance.mutex);
    instance.pid = started->pid;
    instance.watch_fd = std::move(started->watch);
    auto watched = containers_.deps().watcher.add(
        instance.watch_fd.get(), [this](auto job) { containers_.deps().pool.post(std::move(job)); },
        [this, weak = instance.weak_from_this()] {
          if (const auto alive = weak.lock()) settle(*alive);
          return false;
        });
    if (!watched) return pass(std::move(watched).error());
    instance.watch = std::move(*watched);
  }
  return {};
}

Result<> Service::resize(std::string_view id, std::uint16_t rows, std::uint16_t columns) {
  const auto instance = TRY(find(id));
  {
    const std::lock_guard lock(instance->mutex);
    if (!instance->started || instance->ended)
      return fail(Code::internal, "cannot resize a stopped exec: exec {} is not running", id);
  }
  auto dir = TRY(containers_.run_directory(instance->container->id()));
  return shim::resize(dir.get(), shim::Resize{instance->id, rows, columns});
}

}  // namespace hexad::exec
