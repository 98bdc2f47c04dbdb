// Attaching: the daemon answers the request, then the client's connection goes to the shim. The
// docker command attaches before it starts the container; such connections wait here.
#include <poll.h>

#include "daemon/containers/service.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"

namespace hexad::containers {

Result<AttachHold> Service::begin_attach(const ContainerPtr& container) {
  const std::lock_guard lock(container->mutex_);
  if (container->state_ == State::paused)
    return fail(Code::conflict, "container {} is paused, unpause the container before attach",
                container->id());
  if (container->state_ == State::restarting)
    return fail(Code::conflict, "container {} is restarting, wait until the container is running",
                container->id());
  ++container->attaching_;
  return AttachHold(nullptr, [container](void*) {
    const std::lock_guard inner(container->mutex_);
    --container->attaching_;
    container->settled_.notify_all();
  });
}

namespace {
// Clients that left while they waited: their end is readable-closed.
void drop_gone(std::vector<shim::AttachedViewer>& parked) {
  std::erase_if(parked, [](const shim::AttachedViewer& viewer) {
    pollfd p{viewer.connection.get(), POLLRDHUP, 0};
    return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
  });
}
}  // namespace

void Service::finish_attach(const ContainerPtr& container, UniqueFd connection,
                            shim::Viewer viewer) {
  {
    const std::lock_guard lock(container->mutex_);
    if (!is_alive(container->state_)) {
      drop_gone(container->parked_);
      if (!container->removed_)
        container->parked_.push_back({std::move(connection), std::move(viewer)});
      return;
    }
  }
  attach_now(*container, std::move(connection), viewer);
}

void Service::attach_now(const Container& container, UniqueFd connection,
                         const shim::Viewer& viewer) {
  auto dir = run_directory(container.id());
  if (!dir) return;
  if (auto attached = shim::attach(dir->get(), std::move(connection), viewer); !attached)
    log::warn("attach to {}: {}", container.id().substr(0, 12), attached.error().message);
}

Result<> Service::resize(Container& container, std::uint16_t rows, std::uint16_t columns) {
  const auto now = container.snapshot();
  if (!is_alive(now.state)) return fail(Code::conflict, "Container {} is not running", now.id);
  auto dir = TRY(run_directory(now.id));
  return shim::resize(dir.get(), shim::Resize{"", rows, columns});
}

void Service::note_exec(Container& container, const std::string& exec_id, bool there) {
  const std::lock_guard lock(container.mutex_);
  std::erase(container.exec_ids_, exec_id);
  if (there) container.exec_ids_.push_back(exec_id);
}

Result<UniqueFd> Service::namespace_of(std::string_view reference, const char* name) const {
  auto container = TRY(find(reference));
  const auto now = container->snapshot();
  if (!is_alive(now.state))
    return fail(Code::conflict, "cannot join network namespace of a non running container: {}",
                now.id);
  auto process = TRY(Pidfd::open(now.run.process));
  auto fd =
      TRY(open_at(AT_FDCWD, fmt::format("/proc/{}/ns/{}", now.run.process.pid, name), O_RDONLY));
  if (TRY(process.wait_ended(0)))
    return fail(Code::conflict, "container {} has just ended", now.id);
  return fd;
}

}  // namespace hexad::containers
