// cgroup version 2. kernel Documentation/admin-guide/cgroup-v2.rst.
//
// The parent sits at the top of the hierarchy, as with Docker's cgroupfs driver, and not inside the
// service's own delegated cgroup: systemd starts a service again by putting its first process into
// the cgroup of the unit itself, which the kernel refuses (EBUSY) as long as containers below it
// hold controllers. Only where the top may not be written, the own cgroup is taken.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "libcontainer/base/strings.hpp"
#include "libcontainer/cgroup/backend.hpp"
#include "libcontainer/cgroup/device_bpf.hpp"
#include "libcontainer/cgroup/files.hpp"

namespace hexad::cgroup {
namespace {

constexpr std::string_view kControllers[]{"cpuset", "cpu", "io", "memory", "pids", "hugetlb"};

class V2 final : public Backend {
 public:
  static Result<std::unique_ptr<Backend>> open(const Options& options);

  [[nodiscard]] Version version() const override { return Version::v2; }
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
  [[nodiscard]] Result<> write_limits(const std::string& id, const Limits& limits) const;
  void probe();

  std::string path_;  // of the parent
  UniqueFd parent_;
};

// A group that holds processes cannot hand controllers down ("no internal processes"), unless it
// is the real root: they move to a leaf beside our parent. The case of an engine in a container.
Result<> move_to_leaf(int base) {
  const std::string leaf = "hexad-init";
  TRY(mkdir_at(base, leaf));
  const std::string procs = TRY(read_at(base, "cgroup.procs"));
  for (std::string_view pid : split(procs, '\n'))
    if (!pid.empty()) static_cast<void>(write_existing_at(base, leaf + "/cgroup.procs", pid));
  return {};
}

// Hands every controller that is there down to the children; those it cannot, are left out.
Result<> enable_controllers(int directory, bool may_move) {
  const std::string have = TRY(read_at(directory, "cgroup.controllers"));
  const auto available = split(trim(have), ' ');
  bool moved = false;
  for (std::string_view controller : kControllers) {
    if (std::find(available.begin(), available.end(), controller) == available.end()) continue;
    const std::string on = "+" + std::string(controller);
    auto enabled = write_existing_at(directory, "cgroup.subtree_control", on);
    if (!enabled && enabled.error().sys_errno == EBUSY && may_move && !moved) {
      moved = true;
      TRY(move_to_leaf(directory));
      static_cast<void>(write_existing_at(directory, "cgroup.subtree_control", on));
    }
  }
  return {};
}

Result<std::unique_ptr<Backend>> V2::open(const Options& options) {
  auto v2 = std::make_unique<V2>();
  std::string base = options.mount;
  auto made = make_dirs(base + options.parent, 0755);
  if (!made && (made.error().sys_errno == EACCES || made.error().sys_errno == EPERM)) {
    base += v2_path(TRY(read_file(options.self)));
    made = make_dirs(base + options.parent, 0755);
  }
  if (!made) return pass(std::move(made).error());
  const UniqueFd top = TRY(open_at(AT_FDCWD, base, O_PATH | O_DIRECTORY));
  // Only the real root has no cgroup.type.
  TRY(enable_controllers(top.get(), exists_at(top.get(), "cgroup.type")));
  // Every group between the base and the parent, and the parent itself.
  std::string at = base;
  for (std::string_view part : split(options.parent, '/')) {
    if (part.empty()) continue;
    at += "/" + std::string(part);
    const UniqueFd directory = TRY(open_at(AT_FDCWD, at, O_PATH | O_DIRECTORY));
    TRY(enable_controllers(directory.get(), false));
  }
  v2->path_ = base + options.parent;
  v2->parent_ = TRY(open_at(AT_FDCWD, v2->path_, O_PATH | O_DIRECTORY));
  v2->probe();
  return v2;
}

void V2::probe() {
  const int fd = parent_.get();
  Support& s = support_;
  s.memory = exists_at(fd, "memory.max");
  s.swap = exists_at(fd, "memory.swap.max");
  s.memory_reservation = exists_at(fd, "memory.low");
  s.cpu_shares = exists_at(fd, "cpu.weight");
  s.cpu_cfs = exists_at(fd, "cpu.max");
  s.cpuset = exists_at(fd, "cpuset.cpus");
  s.pids = exists_at(fd, "pids.max");
  s.blkio_weight = exists_at(fd, "io.weight");
  s.freezer = exists_at(fd, "cgroup.freeze");
  s.devices = true;  // BPF
  s.cpus = trim(text_at(fd, "cpuset.cpus.effective"));
  s.mems = trim(text_at(fd, "cpuset.mems.effective"));
}

Result<> V2::write_limits(const std::string& id, const Limits& limits) const {
  for (const FileWrite& w : v2_writes(limits))
    TRY(write_at(parent_.get(), id + "/" + w.file, w.value));
  return {};
}

Result<> V2::create(const std::string& id, const Limits& limits) const {
  TRY(mkdir_fresh_at(parent_.get(), id));
  TRY(write_limits(id, limits));
  if (limits.devices.empty()) return {};
  const UniqueFd directory = TRY(open_at(parent_.get(), id, O_RDONLY | O_DIRECTORY));
  return attach_device_program(directory.get(), boil_down(limits.devices));
}

Result<> V2::update(const std::string& id, const Limits& limits) const {
  return write_limits(id, limits);
}

Result<JoinFds> V2::open_joins(const std::string& id) const {
  JoinFds out;
  out.directory = TRY(open_at(parent_.get(), id, O_PATH | O_DIRECTORY));
  return out;
}

std::vector<View> V2::view(const std::string& id) const { return {View{{}, path_ + "/" + id, {}}}; }

Result<std::vector<pid_t>> V2::processes(const std::string& id) const {
  return processes_at(parent_.get(), id);
}

Result<> V2::kill_all(const std::string& id) const {
  auto killed = write_at(parent_.get(), id + "/cgroup.kill", "1");
  if (!killed && killed.error().sys_errno != ENOENT) return killed;
  return {};
}

Result<> V2::freeze(const std::string& id) const {
  TRY(write_at(parent_.get(), id + "/cgroup.freeze", "1"));
  for (unsigned waited = 0; waited < 2'000'000; waited += 1000) {
    if (flat_value(text_at(parent_.get(), id + "/cgroup.events"), "frozen") == 1) return {};
    sleep_us(1000);
  }
  static_cast<void>(thaw(id));
  return fail(Code::unavailable, "the processes could not be frozen in time");
}

Result<> V2::thaw(const std::string& id) const {
  return write_at(parent_.get(), id + "/cgroup.freeze", "0");
}

Result<std::uint64_t> V2::oom_kills(const std::string& id) const {
  if (!support_.memory) return 0;
  return flat_value(TRY(read_at(parent_.get(), id + "/memory.events")), "oom_kill");
}

// "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0"
void read_io(const std::string& text, Stats& stats) {
  for (std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ' ');
    const auto [major, minor] = split_once(fields.front(), ':');
    const auto first = parse_uint(major);
    const auto second = minor ? parse_uint(*minor) : std::nullopt;
    if (!first || !second) continue;
    for (std::string_view field : fields) {
      const auto [key, text_value] = split_once(field, '=');
      const auto value = text_value ? parse_uint(*text_value) : std::nullopt;
      if (!value) continue;
      if (key == "rbytes") stats.blkio_bytes.push_back({*first, *second, "read", *value});
      if (key == "wbytes") stats.blkio_bytes.push_back({*first, *second, "write", *value});
      if (key == "rios") stats.blkio_operations.push_back({*first, *second, "read", *value});
      if (key == "wios") stats.blkio_operations.push_back({*first, *second, "write", *value});
    }
  }
}

Result<Stats> V2::stats(const std::string& id) const {
  constexpr std::uint64_t kMicro = 1000;  // ns
  const int fd = parent_.get();
  Stats stats;
  const std::string cpu = TRY(read_at(fd, id + "/cpu.stat"));
  stats.cpu_total = flat_value(cpu, "usage_usec") * kMicro;
  stats.cpu_user = flat_value(cpu, "user_usec") * kMicro;
  stats.cpu_system = flat_value(cpu, "system_usec") * kMicro;
  stats.cpu_periods = flat_value(cpu, "nr_periods");
  stats.cpu_throttled_periods = flat_value(cpu, "nr_throttled");
  stats.cpu_throttled_time = flat_value(cpu, "throttled_usec") * kMicro;
  stats.memory_usage = number_at(fd, id + "/memory.current").value_or(0);
  stats.memory_max_usage = number_at(fd, id + "/memory.peak").value_or(0);
  stats.memory_limit = number_at(fd, id + "/memory.max").value_or(0);
  stats.memory_failcnt = flat_value(text_at(fd, id + "/memory.events"), "max");
  stats.memory_stat = parse_flat(text_at(fd, id + "/memory.stat"));
  stats.pids_current = number_at(fd, id + "/pids.current").value_or(0);
  stats.pids_limit = number_at(fd, id + "/pids.max").value_or(0);
  read_io(text_at(fd, id + "/io.stat"), stats);
  return stats;
}

Result<> V2::destroy(const std::string& id) const {
  unsigned budget = kRemoveBudget;
  return remove_at(parent_.get(), id, budget);
}

Result<std::vector<std::string>> V2::list() const {
  auto ids = directories_at(parent_.get(), ".");
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<> V2::remove_parent() const {
  if (::rmdir(path_.c_str()) != 0 && errno != ENOENT && errno != EBUSY && errno != ENOTEMPTY)
    return sys_fail("rmdir {}", path_);
  return {};
}

}  // namespace

Result<std::unique_ptr<Backend>> open_v2(const Options& options) { return V2::open(options); }

}  // namespace hexad::cgroup
