// The managers on directory trees that look like a cgroup file system, without the kernel behind.
#include <catch2/catch.hpp>

#include "libcontainer/cgroup/cgroup.hpp"
#include "tests/support/isolated.hpp"

using namespace hexad;
using namespace hexad::cgroup;

namespace {

struct FakeV2 {
  support::TempDir temp;
  Options options;

  FakeV2() {
    options.parent = "/hexad-1";
    options.mount = temp.dir("cg");
    options.mountinfo = temp.path() + "/mountinfo";
    options.self = temp.path() + "/self";
    temp.write("self", "0::/\n");
    temp.write("mountinfo", "1 2 0:3 / " + options.mount + " rw - cgroup2 cgroup2 rw\n");
    temp.write("cg/cgroup.controllers", "cpuset cpu io memory pids\n");
    temp.write("cg/cgroup.subtree_control", "");
    for (const char* file :
         {"cgroup.controllers", "cgroup.subtree_control", "memory.max", "memory.swap.max",
          "memory.low", "cpu.weight", "cpu.max", "cpuset.cpus", "pids.max", "cgroup.freeze"})
      temp.write(std::string("cg/hexad-1/") + file, "");
    temp.write("cg/hexad-1/cgroup.controllers", "cpu memory\n");
    temp.write("cg/hexad-1/cpuset.cpus.effective", "0-3\n");
  }
  // Files of a container's group, which the kernel would make with the directory.
  void group(const std::string& id) const {
    for (const char* file : {"memory.max", "memory.swap.max", "cpu.max", "cpu.weight", "pids.max",
                             "cgroup.kill", "cgroup.freeze", "cgroup.procs"})
      temp.write("cg/hexad-1/" + id + "/" + file, "");
  }
  [[nodiscard]] std::string read(const std::string& file) const {
    return *read_file(options.mount + "/" + file);
  }
};

}  // namespace

TEST_CASE("v2 is recognised, hands controllers down and tells what it can do") {
  const FakeV2 fake;
  const auto manager = Manager::open(fake.options);
  REQUIRE(manager);
  CHECK(manager->version() == Version::v2);
  CHECK(fake.read("cgroup.subtree_control").find("+pids") != std::string::npos);
  CHECK(fake.read("hexad-1/cgroup.subtree_control").find("mory") != std::string::npos);
  CHECK(manager->support().memory);
  CHECK(manager->support().cpus == "0-3");
  CHECK_FALSE(manager->support().blkio_weight);
  CHECK_FALSE(manager->support().oom_kill_disable);
}

TEST_CASE("v2 writes the decided values and lists its groups") {
  const FakeV2 fake;
  const auto manager = Manager::open(fake.options);
  REQUIRE(manager);
  fake.group("abc");
  Limits limits;
  limits.memory = 64 << 20;
  limits.nano_cpus = 250'000'000;
  limits.pids = 7;
  REQUIRE(manager->create("abc", limits));
  CHECK(fake.read("hexad-1/abc/memory.max") == "67108864");
  CHECK(fake.read("hexad-1/abc/memory.swap.max") == "67108864");
  CHECK(fake.read("hexad-1/abc/cpu.max") == "25000 100000");
  CHECK(fake.read("hexad-1/abc/pids.max") == "7");
  CHECK(*manager->list() == std::vector<std::string>{"abc"});
  REQUIRE(manager->kill_all("abc"));
  CHECK(fake.read("hexad-1/abc/cgroup.kill") == "1");
  fake.temp.write("cg/hexad-1/abc/cgroup.events", "populated 1\nfrozen 1\n");
  REQUIRE(manager->freeze("abc"));
  CHECK(fake.read("hexad-1/abc/cgroup.freeze") == "1");
  fake.temp.write("cg/hexad-1/abc/cgroup.procs", "12\n13\n");
  CHECK(*manager->processes("abc") == std::vector<pid_t>{12, 13});
  const auto views = manager->view("abc");
  REQUIRE(views.size() == 1);
  CHECK(views[0].name.empty());
  CHECK(views[0].source == fake.options.mount + "/hexad-1/abc");
}

TEST_CASE("v2 reads counters") {
  const FakeV2 fake;
  const auto manager = Manager::open(fake.options);
  REQUIRE(manager);
  fake.group("abc");
  fake.temp.write("cg/hexad-1/abc/cpu.stat",
                  "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_throttled 4\n");
  fake.temp.write("cg/hexad-1/abc/memory.current", "4096\n");
  fake.temp.write("cg/hexad-1/abc/memory.max", "max\n");
  fake.temp.write("cg/hexad-1/abc/memory.events", "max 2\noom 1\noom_kill 3\n");
  fake.temp.write("cg/hexad-1/abc/io.stat", "8:0 rbytes=10 wbytes=20 rios=1 wios=2\n\n");
  const auto stats = manager->stats("abc");
  REQUIRE(stats);
  CHECK(stats->cpu_total == 5000);
  CHECK(stats->cpu_throttled_periods == 4);
  CHECK(stats->memory_usage == 4096);
  CHECK(stats->memory_limit == 0);
  CHECK(stats->memory_failcnt == 2);
  REQUIRE(stats->blkio_bytes.size() == 2);
  CHECK(stats->blkio_bytes[1].value == 20);
  CHECK(*manager->oom_kills("abc") == 3);
}

TEST_CASE("a name that is no name of a group is refused") {
  const FakeV2 fake;
  const auto manager = Manager::open(fake.options);
  REQUIRE(manager);
  for (const char* bad : {"", ".", "..", "../x", "a/b"}) {
    CHECK_FALSE(manager->create(bad, {}));
    CHECK_FALSE(manager->destroy(bad));
    CHECK_FALSE(manager->kill_all(bad));
  }
}

TEST_CASE("without any cgroup mount there is an error and not a guess") {
  FakeV2 fake;
  fake.temp.write("mountinfo", "");
  CHECK_FALSE(Manager::open(fake.options));
}
