// cgroup version 1, also as half of a hybrid host, whose unified hierarchy then gives the kill of
// everything in one write. kernel Documentation/admin-guide/cgroup-v1/.
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "libcontainer/base/strings.hpp"
#include "libcontainer/cgroup/backend.hpp"
#include "libcontainer/cgroup/files.hpp"

namespace hexad::cgroup {
namespace {

struct Hierarchy {
  std::string name;  // of its directory: "memory", "cpu,cpuacct", "systemd", "unified"
  std::string path;  // of our parent in it
  std::vector<std::string> controllers;
  bool v2 = false;
  UniqueFd parent;

  [[nodiscard]] bool has(std::string_view controller) const {
    return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
  }
};

class V1 final : public Backend {
 public:
  static Result<std::unique_ptr<Backend>> open(const Options& options,
                                               const std::vector<MountedHierarchy>& mounted);

  [[nodiscard]] Version version() const override { return Version::v1; }
  [[nodiscard]] Result<> create(const std::string& id, const Limits& limits) const override;
  [[nodiscard]] Result<> update(const std::string& id, const Limits& limits) const override;
  [[nodiscard]] Result<JoinFds> open_joins(const std::string& id) const override;
  [[nodiscard]] std::vector<View> view(const std::string& id) const override;
  [[nodiscard]] Result<std::vector<pid_t>> processes(const std::string& id) const override;
  [[nodiscard]] Result<> kill_all(const std::string& id) const override;
  [[nodiscard]] Result<> freeze(const std::string& id) const override;
  [[nodiscard]] Result<> thaw(const std::string& id) const override;
  [[nodiscard]] Result<std::uint64_t> oom_kills(const std::string& id) const override;
  [[nodiscard]] Result<Stats> stats(const std::string& id) const override;
  [[nodiscard]] Result<> destroy(const std::string& id) const override;
  [[nodiscard]] Result<std::vector<std::string>> list() const override;
  [[nodiscard]] Result<> remove_parent() const override;

 private:
  [[nodiscard]] const Hierarchy* find(std::string_view controller) const;
  [[nodiscard]] const Hierarchy* unified() const;
  // Where all processes of a container certainly are.
  [[nodiscard]] const Hierarchy& any() const;
  [[nodiscard]] Result<> write(const std::string& id, const FileWrite& write) const;
  [[nodiscard]] Result<> write_devices(const std::string& id, const Limits& limits) const;
  [[nodiscard]] Result<> kill_outsiders(const std::string& id) const;
  void probe();
  void read_cpu(const std::string& id, Stats& stats) const;
  void read_memory(const std::string& id, Stats& stats) const;
  void read_blkio(const std::string& id, Stats& stats) const;

  std::vector<Hierarchy> hierarchies_;
};

// cpuset: a new group is empty, and nobody can join an empty one. The parent takes what is above
// it, and with clone_children every child takes the parent's.
Result<> prepare_cpuset(const std::string& mount, const std::string& parent) {
  std::string at = mount;
  for (std::string_view part : split(parent, '/')) {
    if (part.empty()) continue;
    const std::string above = at;
    at += "/" + std::string(part);
    for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
      if (!trim(TRY(read_file(at + file))).empty()) continue;
      const std::string value = TRY(read_file(above + file));
      TRY(write_existing(at + file, trim(value)));
    }
  }
  return write_existing(at + "/cgroup.clone_children", "1");
}

Result<std::unique_ptr<Backend>> V1::open(const Options& options,
                                          const std::vector<MountedHierarchy>& mounted) {
  auto v1 = std::make_unique<V1>();
  for (const MountedHierarchy& m : mounted) {
    Hierarchy h;
    h.name = m.mount_point.substr(m.mount_point.rfind('/') + 1);
    h.path = m.mount_point + options.parent;
    h.controllers = m.controllers;
    h.v2 = m.v2;
    const bool known = std::any_of(
        v1->hierarchies_.begin(), v1->hierarchies_.end(),
        [&](const Hierarchy& o) { return h.v2 ? o.v2 : o.controllers == h.controllers; });
    if (known) continue;  // mounted twice
    TRY(make_dirs(h.path, 0755));
    if (h.has("cpuset")) TRY(prepare_cpuset(m.mount_point, options.parent));
    h.parent = TRY(open_at(AT_FDCWD, h.path, O_PATH | O_DIRECTORY));
    v1->hierarchies_.push_back(std::move(h));
  }
  v1->probe();
  return v1;
}

void V1::probe() {
  Support& s = support_;
  const auto has = [this](const char* controller, const char* file) {
    const Hierarchy* h = find(controller);
    return h != nullptr && exists_at(h->parent.get(), file);
  };
  s.memory = has("memory", "memory.limit_in_bytes");
  s.swap = has("memory", "memory.memsw.limit_in_bytes");
  s.memory_reservation = has("memory", "memory.soft_limit_in_bytes");
  s.swappiness = has("memory", "memory.swappiness");
  s.oom_kill_disable = has("memory", "memory.oom_control");
  s.cpu_shares = has("cpu", "cpu.shares");
  s.cpu_cfs = has("cpu", "cpu.cfs_quota_us");
  s.cpuset = has("cpuset", "cpuset.cpus");
  s.pids = has("pids", "pids.max");
  s.blkio_weight = has("blkio", "blkio.weight");
  s.devices = has("devices", "devices.deny");
  s.freezer = has("freezer", "freezer.state");
  if (const Hierarchy* h = find("cpuset")) {
    s.cpus = trim(text_at(h->parent.get(), "cpuset.effective_cpus"));
    s.mems = trim(text_at(h->parent.get(), "cpuset.effective_mems"));
  }
}

const Hierarchy* V1::find(std::string_view controller) const {
  for (const Hierarchy& h : hierarchies_)
    if (h.has(controller)) return &h;
  return nullptr;
}

const Hierarchy* V1::unified() const {
  for (const Hierarchy& h : hierarchies_)
    if (h.v2) return &h;
  return nullptr;
}

const Hierarchy& V1::any() const {
  if (const Hierarchy* h = find("freezer")) return *h;
  for (const Hierarchy& h : hierarchies_)
    if (!h.v2) return h;
  return hierarchies_.front();
}

Result<> V1::write(const std::string& id, const FileWrite& w) const {
  const Hierarchy* h = find(w.controller);
  if (h == nullptr)
    return fail(Code::internal, "cgroup controller {} is not mounted", w.controller);
  return write_at(h->parent.get(), id + "/" + w.file, w.value);
}

Result<> V1::write_devices(const std::string& id, const Limits& limits) const {
  if (limits.devices.empty()) return {};
  const Hierarchy* h = find("devices");
  if (h == nullptr) return fail(Code::internal, "cgroup controller devices is not mounted");
  const DeviceSet set = boil_down(limits.devices);
  const UniqueFd allow = TRY(open_at(h->parent.get(), id + "/devices.allow", O_WRONLY));
  const UniqueFd deny = TRY(open_at(h->parent.get(), id + "/devices.deny", O_WRONLY));
  TRY(write_all(set.allow_by_default ? allow.get() : deny.get(), "a"));
  for (const DeviceRule& rule : set.exceptions)
    TRY(write_all(rule.allow ? allow.get() : deny.get(), device_text(rule)));
  return {};
}

Result<> V1::create(const std::string& id, const Limits& limits) const {
  for (const Hierarchy& h : hierarchies_) TRY(mkdir_fresh_at(h.parent.get(), id));
  for (const FileWrite& w : v1_writes(limits)) TRY(write(id, w));
  return write_devices(id, limits);
}

Result<> V1::update(const std::string& id, const Limits& limits) const {
  auto writes = v1_writes(limits);
  // The kernel wants memory <= memory plus swap at every moment: when the limit grows, the sum
  // has to be raised first.
  if (const Hierarchy* h = find("memory"); h != nullptr && limits.memory > 0 && writes.size() > 1) {
    const auto current = number_at(h->parent.get(), id + "/memory.memsw.limit_in_bytes");
    if (current && *current < static_cast<std::uint64_t>(limits.memory) &&
        writes[1].file == "memory.memsw.limit_in_bytes")
      std::swap(writes[0], writes[1]);
  }
  for (const FileWrite& w : writes) TRY(write(id, w));
  return write_devices(id, limits);
}

Result<JoinFds> V1::open_joins(const std::string& id) const {
  JoinFds out;
  for (const Hierarchy& h : hierarchies_) {
    if (h.v2) {
      out.directory = TRY(open_at(h.parent.get(), id, O_PATH | O_DIRECTORY));
    } else {
      out.tasks.push_back(TRY(open_at(h.parent.get(), id + "/tasks", O_WRONLY)));
    }
  }
  return out;
}

std::vector<View> V1::view(const std::string& id) const {
  std::vector<View> out;
  for (const Hierarchy& h : hierarchies_) {
    View view{h.name, h.path + "/" + id, {}};
    if (h.controllers.size() > 1)
      for (const std::string& controller : h.controllers)
        if (controller != h.name && !controller.starts_with("name="))
          view.links.push_back(controller);
    out.push_back(std::move(view));
  }
  return out;
}

Result<std::vector<pid_t>> V1::processes(const std::string& id) const {
  return processes_at(any().parent.get(), id);
}

// Those who are not in the unified hierarchy (none, usually). Frozen while they are counted, so
// that nobody forks meanwhile.
Result<> V1::kill_outsiders(const std::string& id) const {
  std::set<pid_t> inside;
  if (const Hierarchy* u = unified())
    for (const pid_t pid : TRY(processes_at(u->parent.get(), id))) inside.insert(pid);
  for (int round = 0; round < 20; ++round) {
    auto pids = TRY(processes(id));
    std::erase_if(pids, [&](pid_t pid) { return pid <= 0 || inside.contains(pid); });
    if (pids.empty()) return {};
    if (round == 0 && support_.freezer)
      static_cast<void>(write(id, {"freezer", "freezer.state", "FROZEN"}));
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    inside.insert(pids.begin(), pids.end());
  }
  return {};
}

Result<> V1::kill_all(const std::string& id) const {
  if (const Hierarchy* u = unified()) {
    auto killed = write_at(u->parent.get(), id + "/cgroup.kill", "1");
    if (!killed && killed.error().sys_errno != ENOENT) return killed;
  }
  auto outsiders = kill_outsiders(id);
  // A frozen process takes its signal when it thaws.
  auto thawed = thaw(id);
  if (!outsiders) return outsiders;
  if (!thawed && thawed.error().sys_errno != ENOENT) return thawed;
  return {};
}

Result<> V1::freeze(const std::string& id) const {
  if (!support_.freezer) return fail(Code::not_implemented, "the freezer cgroup is not mounted");
  const int parent = find("freezer")->parent.get();
  for (unsigned waited = 0; waited < 2'000'000; waited += 1000) {
    // freezer-subsystem.rst: FREEZING can stay; asking again catches those that forked meanwhile.
    TRY(write(id, {"freezer", "freezer.state", "FROZEN"}));
    if (trim(text_at(parent, id + "/freezer.state")) == "FROZEN") return {};
    sleep_us(1000);
  }
  static_cast<void>(thaw(id));
  return fail(Code::unavailable, "the processes could not be frozen in time");
}

Result<> V1::thaw(const std::string& id) const {
  if (!support_.freezer) return {};
  return write(id, {"freezer", "freezer.state", "THAWED"});
}

Result<std::uint64_t> V1::oom_kills(const std::string& id) const {
  const Hierarchy* h = find("memory");
  if (h == nullptr) return 0;
  return flat_value(TRY(read_at(h->parent.get(), id + "/memory.oom_control")), "oom_kill");
}

void V1::read_cpu(const std::string& id, Stats& stats) const {
  if (const Hierarchy* h = find("cpuacct")) {
    const int fd = h->parent.get();
    stats.cpu_total = number_at(fd, id + "/cpuacct.usage").value_or(0);
    const std::string per_cpu = text_at(fd, id + "/cpuacct.usage_percpu");
    for (std::string_view n : split(trim(per_cpu), ' '))
      if (const auto value = parse_uint(n)) stats.cpu_per_cpu.push_back(*value);
    stats.cpu_user = number_at(fd, id + "/cpuacct.usage_user").value_or(0);
    stats.cpu_system = number_at(fd, id + "/cpuacct.usage_sys").value_or(0);
  }
  if (const Hierarchy* h = find("cpu")) {
    const std::string text = text_at(h->parent.get(), id + "/cpu.stat");
    stats.cpu_periods = flat_value(text, "nr_periods");
    stats.cpu_throttled_periods = flat_value(text, "nr_throttled");
    stats.cpu_throttled_time = flat_value(text, "throttled_time");
  }
}

void V1::read_memory(const std::string& id, Stats& stats) const {
  const Hierarchy* h = find("memory");
  if (h == nullptr) return;
  const int fd = h->parent.get();
  stats.memory_usage = number_at(fd, id + "/memory.usage_in_bytes").value_or(0);
  stats.memory_max_usage = number_at(fd, id + "/memory.max_usage_in_bytes").value_or(0);
  stats.memory_limit = number_at(fd, id + "/memory.limit_in_bytes").value_or(0);
  stats.memory_failcnt = number_at(fd, id + "/memory.failcnt").value_or(0);
  stats.memory_stat = parse_flat(text_at(fd, id + "/memory.stat"));
}

// "8:0 Read 4096" lines; "Total 4096" at the end has no device.
std::vector<BlkioEntry> parse_blkio(const std::string& text) {
  std::vector<BlkioEntry> out;
  for (std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() != 3) continue;
    const auto [major, minor] = split_once(fields[0], ':');
    const auto first = parse_uint(major);
    const auto second = minor ? parse_uint(*minor) : std::nullopt;
    const auto value = parse_uint(fields[2]);
    if (first && second && value) out.push_back({*first, *second, to_lower(fields[1]), *value});
  }
  return out;
}

void V1::read_blkio(const std::string& id, Stats& stats) const {
  const Hierarchy* h = find("blkio");
  if (h == nullptr) return;
  stats.blkio_bytes =
      parse_blkio(text_at(h->parent.get(), id + "/blkio.throttle.io_service_bytes_recursive"));
  stats.blkio_operations =
      parse_blkio(text_at(h->parent.get(), id + "/blkio.throttle.io_serviced_recursive"));
}

Result<Stats> V1::stats(const std::string& id) const {
  Stats stats;
  if (!exists_at(any().parent.get(), id)) {
    errno = ENOENT;
    return sys_fail("cgroup {}", id);
  }
  read_cpu(id, stats);
  read_memory(id, stats);
  read_blkio(id, stats);
  if (const Hierarchy* h = find("pids")) {
    stats.pids_current = number_at(h->parent.get(), id + "/pids.current").value_or(0);
    stats.pids_limit = number_at(h->parent.get(), id + "/pids.max").value_or(0);
  }
  return stats;
}

Result<> V1::destroy(const std::string& id) const {
  Result<> first;
  unsigned budget = kRemoveBudget;
  for (const Hierarchy& h : hierarchies_) {
    auto removed = remove_at(h.parent.get(), id, budget);
    if (!removed && first) first = std::move(removed);
  }
  return first;
}

Result<std::vector<std::string>> V1::list() const {
  std::set<std::string> ids;
  for (const Hierarchy& h : hierarchies_)
    for (std::string& name : directories_at(h.parent.get(), ".")) ids.insert(std::move(name));
  return std::vector<std::string>(ids.begin(), ids.end());
}

Result<> V1::remove_parent() const {
  for (const Hierarchy& h : hierarchies_)
    if (::rmdir(h.path.c_str()) != 0 && errno != ENOENT && errno != EBUSY && errno != ENOTEMPTY)
      return sys_fail("rmdir {}", h.path);
  return {};
}

}  // namespace

Result<std::unique_ptr<Backend>> open_v1(const Options& options,
                                         const std::vector<MountedHierarchy>& mounted) {
  return V1::open(options, mounted);
}

}  // namespace hexad::cgroup
