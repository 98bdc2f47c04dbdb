// Control groups against the kernel that runs the tests (v1, hybrid or v2), and on a hybrid host
// the v2 back end against its unified hierarchy, as far as that has controllers.
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "libcontainer/cgroup/cgroup.hpp"
#include "tests/support/isolated.hpp"

using namespace hexad;
using namespace hexad::cgroup;
namespace fs = std::filesystem;

namespace {

const std::string kUnified = "/sys/fs/cgroup/unified";

// A manager with a parent of its own; nothing of it may be left at the end.
struct Groups {
  Options options;
  Result<Manager> opened;
  std::string id = "c" + random_hex(4);

  explicit Groups(Options o = {}) : options(std::move(o)), opened(open()) {
    INFO((opened ? std::string() : opened.error().message));
    REQUIRE(opened);
  }
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;
  ~Groups() {
    static_cast<void>(manager().kill_all(id));
    CHECK(manager().destroy(id));
    const auto left = manager().list();
    CHECK((left && left->empty()));
    CHECK(manager().remove_parent());
    for (const View& view : manager().view("x"))
      CHECK_FALSE(fs::exists(fs::path(view.source).parent_path()));
  }
  Result<Manager> open() {
    options.parent = "/hxt-" + random_hex(4);
    return Manager::open(options);
  }
  [[nodiscard]] const Manager& manager() const { return *opened; }
  // Of the hierarchy that holds this file.
  [[nodiscard]] std::string read(const std::string& file) const {
    for (const View& view : manager().view(id))
      if (auto text = read_file(view.source + "/" + file)) return std::string(trim(*text));
    return "(none)";
  }
};

// A child that joins as init does and then runs `body`.
template <class Body>
pid_t joined(const JoinFds& joins, Body body) {
  clone_args args{};
  args.exit_signal = SIGCHLD;
  if (joins.directory) {
    args.flags = CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(joins.directory.get());
  }
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) {
    for (const UniqueFd& tasks : joins.tasks)
      if (::write(tasks.get(), "0", 1) != 1) ::_exit(99);
    body();
    ::_exit(0);
  }
  return static_cast<pid_t>(pid);
}

int status_of(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

template <class Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 400; ++i) {
    if (condition()) return true;
    ::usleep(5000);
  }
  return false;
}

bool hybrid() { return fs::exists(kUnified + "/cgroup.procs"); }

Options unified_as_v2(const support::TempDir& temp) {
  temp.write("mountinfo", "1 2 0:3 / " + kUnified + " rw - cgroup2 cgroup2 rw\n");
  Options options;
  options.mount = kUnified;
  options.mountinfo = temp.path() + "/mountinfo";
  return options;
}

}  // namespace

TEST_CASE("limits are really in the kernel's files") {
  if (!support::need_root()) return;
  Groups groups;
  Limits limits;
  limits.memory = 64 << 20;
  limits.memory_reservation = 32 << 20;
  limits.nano_cpus = 500'000'000;
  limits.cpu_shares = 512;
  limits.cpuset_cpus = "0";
  limits.pids = 20;
  limits.swappiness = 10;
  limits.blkio_weight = 500;
  limits.devices = default_device_rules();
  const auto warnings = adjust_limits(limits, groups.manager().support());
  REQUIRE(warnings);
  const auto made = groups.manager().create(groups.id, limits);
  INFO((made ? std::string() : made.error().message));
  REQUIRE(made);
  CHECK(groups.read("pids.max") == "20");
  CHECK(groups.read("cpuset.cpus") == "0");
  if (groups.manager().version() == Version::v1) {
    CHECK(groups.read("memory.limit_in_bytes") == "67108864");
    CHECK(groups.read("memory.memsw.limit_in_bytes") == "134217728");
    CHECK(groups.read("memory.soft_limit_in_bytes") == "33554432");
    CHECK(groups.read("cpu.cfs_quota_us") == "50000");
    CHECK(groups.read("cpu.shares") == "512");
    CHECK(groups.read("memory.swappiness") == "10");
    CHECK(groups.read("devices.list").find("c 1:3 rwm") != std::string::npos);
    CHECK(groups.read("devices.list").find("a *:* rwm") == std::string::npos);
  } else {
    CHECK(groups.read("memory.max") == "67108864");
    CHECK(groups.read("cpu.max") == "50000 100000");
  }
  limits.memory = 256 << 20;  // above the present sum of memory and swap
  limits.memory_swap = 0;
  limits.devices.clear();
  const auto updated = groups.manager().update(groups.id, limits);
  INFO((updated ? std::string() : updated.error().message));
  CHECK(updated);
  CHECK(groups.read(groups.manager().version() == Version::v1 ? "memory.limit_in_bytes"
                                                              : "memory.max") == "268435456");
}

TEST_CASE("a child joins every hierarchy, is listed, frozen, and killed with its children") {
  if (!support::need_root()) return;
  Groups groups;
  REQUIRE(groups.manager().create(groups.id, {}));
  auto joins = groups.manager().open_joins(groups.id);
  REQUIRE(joins);
  const pid_t pid = joined(*joins, [] {
    if (::fork() == 0) ::pause();
    ::pause();
  });
  CHECK(soon([&] { return groups.manager().processes(groups.id)->size() == 2; }));
  const std::string own = *read_file(fmt::format("/proc/{}/cgroup", pid));
  for (std::string_view line : split(trim(own), '\n')) {
    INFO(line);
    CHECK(line.ends_with("/" + groups.id));
  }
  REQUIRE(groups.manager().freeze(groups.id));
  // A paused container dies as well.
  REQUIRE(groups.manager().kill_all(groups.id));
  CHECK(WTERMSIG(status_of(pid)) == SIGKILL);
  CHECK(soon([&] { return groups.manager().processes(groups.id)->empty(); }));
  const auto began = std::chrono::steady_clock::now();
  CHECK(groups.manager().destroy(groups.id));
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::milliseconds(200));
  CHECK(groups.manager().processes(groups.id)->empty());
  CHECK(groups.manager().kill_all(groups.id));
}

TEST_CASE("destroy tells of living processes and removes groups that the container made") {
  if (!support::need_root()) return;
  Groups groups;
  REQUIRE(groups.manager().create(groups.id, {}));
  for (const View& view : groups.manager().view(groups.id))
    fs::create_directory(view.source + "/below");
  auto joins = groups.manager().open_joins(groups.id);
  REQUIRE(joins);
  const pid_t pid = joined(*joins, [] { ::pause(); });
  CHECK(soon([&] { return groups.manager().processes(groups.id)->size() == 1; }));
  const auto busy = groups.manager().destroy(groups.id);
  REQUIRE_FALSE(busy);
  CHECK(busy.error().code == Code::conflict);
  CHECK(*groups.manager().list() == std::vector<std::string>{groups.id});
  ::kill(pid, SIGKILL);
  status_of(pid);
}

TEST_CASE("the pids limit, the device rules and the out-of-memory count hold") {
  if (!support::need_root()) return;
  Groups groups;
  if (!groups.manager().support().memory) return;
  Limits limits;
  limits.memory = 16 << 20;
  limits.memory_swap = 16 << 20;
  limits.pids = 3;
  limits.devices = default_device_rules();
  REQUIRE(groups.manager().create(groups.id, limits));
  auto joins = groups.manager().open_joins(groups.id);
  REQUIRE(joins);
  const support::TempDir temp;
  const std::string disk = temp.path() + "/disk";
  REQUIRE(::mknod(disk.c_str(), S_IFBLK | 0600, ::makedev(7, 0)) == 0);
  const pid_t devices = joined(*joins, [&] {
    if (::open("/dev/null", O_RDWR | O_CLOEXEC) < 0) ::_exit(1);
    if (::open(disk.c_str(), O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM) ::_exit(2);
    if (::mknod((disk + "2").c_str(), S_IFBLK | 0600, ::makedev(7, 1)) != 0) ::_exit(3);
  });
  CHECK(status_of(devices) == 0);
  const pid_t forks = joined(*joins, [] {
    int made = 0;
    while (made < 10) {
      const pid_t child = ::fork();
      if (child == 0) ::_exit((::pause(), 0));
      if (child < 0) break;
      ++made;
    }
    ::_exit(made);
  });
  CHECK(WEXITSTATUS(status_of(forks)) == 2);
  REQUIRE(groups.manager().kill_all(groups.id));
  CHECK(soon([&] { return groups.manager().processes(groups.id)->empty(); }));
  // A group that was killed is made anew: Linux 6.18 kills who is cloned into the old one.
  REQUIRE(groups.manager().create(groups.id, limits));
  joins = groups.manager().open_joins(groups.id);
  REQUIRE(joins);
  CHECK(*groups.manager().oom_kills(groups.id) == 0);
  const pid_t eater = joined(*joins, [] {
    for (;;) {
      auto* block = static_cast<char*>(::malloc(1 << 20));
      for (int i = 0; i < 1 << 20; i += 4096) static_cast<volatile char*>(block)[i] = 1;
    }
  });
  CHECK(WTERMSIG(status_of(eater)) == SIGKILL);
  CHECK(*groups.manager().oom_kills(groups.id) == 1);
  const auto stats = groups.manager().stats(groups.id);
  REQUIRE(stats);
  CHECK(stats->memory_limit == 16 << 20);
  CHECK(stats->pids_limit == 3);
  CHECK(stats->cpu_total > 0);
  CHECK_FALSE(stats->memory_stat.empty());
}

TEST_CASE("two managers do not see each other's groups") {
  if (!support::need_root()) return;
  const Groups one;
  const Groups two;
  REQUIRE(one.manager().create(one.id, {}));
  CHECK(two.manager().list()->empty());
  CHECK_FALSE(two.manager().stats(one.id));
}

TEST_CASE("the v2 back end on a unified hierarchy: join by clone, kill, devices") {
  if (!support::need_root()) return;
  if (!hybrid()) {
    std::cout << "SKIPPED: no unified hierarchy beside v1\n";
    return;
  }
  const support::TempDir temp;
  Groups groups(unified_as_v2(temp));
  CHECK(groups.manager().version() == Version::v2);
  Limits limits;
  limits.devices = default_device_rules();
  const auto made = groups.manager().create(groups.id, limits);
  INFO((made ? std::string() : made.error().message));
  REQUIRE(made);
  auto joins = groups.manager().open_joins(groups.id);
  REQUIRE(joins);
  CHECK(joins->tasks.empty());
  const std::string disk = temp.path() + "/disk";
  REQUIRE(::mknod(disk.c_str(), S_IFBLK | 0600, ::makedev(7, 0)) == 0);
  const pid_t devices = joined(*joins, [&] {
    if (::open("/dev/null", O_RDWR | O_CLOEXEC) < 0) ::_exit(1);
    if (::open(disk.c_str(), O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM) ::_exit(2);
    if (::mknod((disk + "2").c_str(), S_IFBLK | 0600, ::makedev(7, 1)) != 0) ::_exit(3);
  });
  CHECK(status_of(devices) == 0);
  const pid_t pid = joined(*joins, [] { ::pause(); });
  CHECK(*groups.manager().processes(groups.id) == std::vector<pid_t>{pid});
  CHECK(groups.manager().freeze(groups.id));
  CHECK(groups.manager().kill_all(groups.id));
  CHECK(WTERMSIG(status_of(pid)) == SIGKILL);
  CHECK(groups.manager().stats(groups.id)->cpu_total > 0);
  CHECK(groups.manager().view(groups.id).size() == 1);
}
