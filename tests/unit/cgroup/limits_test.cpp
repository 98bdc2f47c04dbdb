#include "libcontainer/cgroup/limits.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::cgroup;

namespace {

Support everything() {
  Support s;
  s.memory = s.swap = s.memory_reservation = s.swappiness = s.oom_kill_disable = s.cpu_shares =
      s.cpu_cfs = s.cpuset = s.pids = s.blkio_weight = s.devices = s.freezer = true;
  s.cpu_count = 2;
  s.cpus = "0-1";
  s.mems = "0";
  return s;
}

std::string problem(Limits limits, bool update = false) {
  auto done = adjust_limits(limits, everything(), update);
  return done ? "ok" : done.error().message;
}

}  // namespace

TEST_CASE("a cpu list is read as the kernel writes it") {
  CHECK(*parse_cpu_list("0-2,4\n") == std::vector<std::uint32_t>{0, 1, 2, 4});
  CHECK(parse_cpu_list("")->empty());
  CHECK(*parse_cpu_list("3,1,1") == std::vector<std::uint32_t>{1, 3});
  for (const char* bad : {"a", "1-", "-1", "2-1", "1,,2", "0-99999999999", "99999"})
    CHECK_FALSE(parse_cpu_list(bad));
}

TEST_CASE("wrong limits are told in Docker's words") {
  Limits l;
  l.memory = 1024;
  CHECK(problem(l) == "Minimum memory limit allowed is 6MB");
  l.memory = 64 << 20;
  l.memory_swap = 32 << 20;
  CHECK(problem(l) == "Minimum memoryswap limit should be larger than memory limit, see usage");
  l.memory_swap = -1;
  CHECK(problem(l) == "ok");
  l.memory_reservation = 128 << 20;
  CHECK(problem(l) ==
        "Minimum memory limit can not be less than memory reservation limit, see usage");
  l = {};
  l.memory_swap = 64 << 20;
  CHECK(problem(l) ==
        "You should always set the Memory limit when using Memoryswap limit, see usage");
  CHECK(problem(l, true) == "ok");
  l = {};
  l.swappiness = 101;
  CHECK(problem(l) == "Invalid value: 101, valid memory swappiness range is 0-100");
  l = {};
  l.nano_cpus = 3'000'000'000;
  CHECK(problem(l) == "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available");
  l.nano_cpus = 1'000'000'000;
  l.cpu_period = 100000;
  CHECK(problem(l) == "Conflicting options: Nano CPUs and CPU Period cannot both be set");
  l = {};
  l.cpu_quota = 10;
  CHECK(problem(l) == "CPU cfs quota can not be less than 1ms (i.e. 1000)");
  l = {};
  l.cpu_period = 10;
  CHECK(problem(l) ==
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
  l = {};
  l.cpuset_cpus = "0-5";
  CHECK(problem(l) == "Requested CPUs are not available - requested 0-5, available: 0-1");
  l.cpuset_cpus = "x";
  CHECK(problem(l) == "Invalid value x for cpuset cpus");
  l = {};
  l.blkio_weight = 5;
  CHECK(problem(l) == "Range of blkio weight is from 10 to 1000");
}

TEST_CASE("what the kernel lacks is left out with a warning") {
  Limits l;
  l.memory = 64 << 20;
  l.memory_reservation = 32 << 20;
  l.swappiness = 5;
  l.oom_kill_disable = true;
  l.pids = 10;
  l.cpu_shares = 5;
  l.cpu_quota = 5000;
  l.cpuset_cpus = "0";
  l.blkio_weight = 100;
  const auto warnings = adjust_limits(l, Support{});
  REQUIRE(warnings);
  CHECK(warnings->size() == 9);
  CHECK(warnings->back() ==
        "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight "
        "discarded.");
  CHECK(l.memory == 0);
  CHECK(l.memory_reservation == 0);
  CHECK_FALSE(l.swappiness);
  CHECK_FALSE(l.oom_kill_disable);
  CHECK(l.pids == 0);
  CHECK(l.cpu_shares == 0);
  CHECK(l.cpu_quota == 0);
  CHECK(l.cpuset_cpus.empty());
  CHECK(l.blkio_weight == 0);
}
