#include "libcontainer/cgroup/cgroup.hpp"

#include <sched.h>

#include <algorithm>

#include "libcontainer/cgroup/backend.hpp"
#include "libcontainer/cgroup/files.hpp"

namespace hexad::cgroup {
namespace {

Result<> check_name(const std::string& id) {
  if (id.empty() || id == "." || id == ".." || id.find('/') != std::string::npos)
    return fail(Code::invalid_argument, "\"{}\" is not a name of a cgroup", id);
  return {};
}

}  // namespace

void Backend::count_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0)
    support_.cpu_count = static_cast<std::uint32_t>(CPU_COUNT(&set));
}

Result<Manager> Manager::open(const Options& options) {
  if (!options.parent.starts_with('/'))
    return fail(Code::internal, "cgroup parent {} is not absolute", options.parent);
  auto mounted = parse_mountinfo(TRY(read_file(options.mountinfo)));
  std::erase_if(mounted, [&](const MountedHierarchy& m) {
    return m.mount_point != options.mount && !m.mount_point.starts_with(options.mount + "/");
  });
  const bool pure_v2 = std::any_of(mounted.begin(), mounted.end(), [&](const MountedHierarchy& m) {
    return m.v2 && m.mount_point == options.mount;
  });
  if (mounted.empty())
    return fail(Code::internal, "no cgroup file system is mounted at {}", options.mount);
  auto backend = pure_v2 ? TRY(open_v2(options)) : TRY(open_v1(options, mounted));
  backend->count_cpus();
  return Manager(std::move(backend));
}

Manager::Manager(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}
Manager::Manager(Manager&&) noexcept = default;
Manager& Manager::operator=(Manager&&) noexcept = default;
Manager::~Manager() = default;

Version Manager::version() const { return backend_->version(); }
const Support& Manager::support() const { return backend_->support(); }

Result<> Manager::create(const std::string& id, const Limits& limits) const {
  TRY(check_name(id));
  auto made = backend_->create(id, limits);
  if (!made) {
    static_cast<void>(backend_->destroy(id));
    return made;
  }
  return {};
}

Result<> Manager::update(const std::string& id, const Limits& limits) const {
  TRY(check_name(id));
  return backend_->update(id, limits);
}
Result<JoinFds> Manager::open_joins(const std::string& id) const {
  TRY(check_name(id));
  return backend_->open_joins(id);
}
std::vector<View> Manager::view(const std::string& id) const { return backend_->view(id); }
Result<std::vector<pid_t>> Manager::processes(const std::string& id) const {
  TRY(check_name(id));
  return backend_->processes(id);
}
Result<> Manager::kill_all(const std::string& id) const {
  TRY(check_name(id));
  return backend_->kill_all(id);
}
Result<> Manager::freeze(const std::string& id) const {
  TRY(check_name(id));
  return backend_->freeze(id);
}
Result<> Manager::thaw(const std::string& id) const {
  TRY(check_name(id));
  return backend_->thaw(id);
}
Result<std::uint64_t> Manager::oom_kills(const std::string& id) const {
  TRY(check_name(id));
  return backend_->oom_kills(id);
}
Result<Stats> Manager::stats(const std::string& id) const {
  TRY(check_name(id));
  return backend_->stats(id);
}
Result<> Manager::destroy(const std::string& id) const {
  TRY(check_name(id));
  return backend_->destroy(id);
}
Result<std::vector<std::string>> Manager::list() const { return backend_->list(); }
Result<> Manager::remove_parent() const { return backend_->remove_parent(); }

}  // namespace hexad::cgroup
