#include "libcontainer/cgroup/decide.hpp"

#include <catch2/catch.hpp>

#include "libcontainer/cgroup/device_bpf.hpp"

using namespace hexad::cgroup;

namespace {

Limits full() {
  Limits l;
  l.memory = 64 << 20;
  l.memory_reservation = 32 << 20;
  l.swappiness = 0;
  l.cpu_shares = 1024;
  l.nano_cpus = 1'500'000'000;
  l.cpuset_cpus = "0-1";
  l.cpuset_mems = "0";
  l.pids = 100;
  l.blkio_weight = 500;
  return l;
}

// Runs the few instructions that a device program has, as the kernel would.
int run(const std::vector<bpf_insn>& program, char type, unsigned access, unsigned major,
        unsigned minor) {
  std::uint64_t r[11] = {};
  const std::uint32_t context[3] = {(access << 16) | (type == 'b' ? 1U : 2U), major, minor};
  for (std::size_t at = 0; at < program.size(); ++at) {
    const bpf_insn& i = program[at];
    const auto value = (i.code & BPF_X) != 0
                           ? r[i.src_reg]
                           : static_cast<std::uint64_t>(static_cast<std::uint32_t>(i.imm));
    switch (i.code) {
      case BPF_LDX | BPF_MEM | BPF_W: r[i.dst_reg] = context[i.off / 4]; break;
      case BPF_ALU | BPF_MOV | BPF_X:
      case BPF_ALU64 | BPF_MOV | BPF_K: r[i.dst_reg] = value; break;
      case BPF_ALU | BPF_RSH | BPF_K: r[i.dst_reg] >>= value; break;
      case BPF_ALU | BPF_AND | BPF_K: r[i.dst_reg] &= value; break;
      case BPF_JMP32 | BPF_JNE | BPF_K:
      case BPF_JMP32 | BPF_JNE | BPF_X:
        if (r[i.dst_reg] != value) at += static_cast<std::size_t>(i.off);
        break;
      case BPF_JMP32 | BPF_JEQ | BPF_K:
        if (r[i.dst_reg] == value) at += static_cast<std::size_t>(i.off);
        break;
      case BPF_JMP | BPF_EXIT: return static_cast<int>(r[0]);
      default: return -1;
    }
  }
  return -2;
}

constexpr unsigned kMknod = 1, kRead = 2, kWrite = 4;

}  // namespace

TEST_CASE("v1: limits become these files") {
  const std::vector<FileWrite> expected{
      {"memory", "memory.limit_in_bytes", "67108864"},
      {"memory", "memory.memsw.limit_in_bytes", "134217728"},
      {"memory", "memory.soft_limit_in_bytes", "33554432"},
      {"memory", "memory.swappiness", "0"},
      {"cpu", "cpu.shares", "1024"},
      {"cpu", "cpu.cfs_period_us", "100000"},
      {"cpu", "cpu.cfs_quota_us", "150000"},
      {"cpuset", "cpuset.cpus", "0-1"},
      {"cpuset", "cpuset.mems", "0"},
      {"pids", "pids.max", "100"},
      {"blkio", "blkio.weight", "500"},
  };
  CHECK(v1_writes(full()) == expected);
  CHECK(v1_writes({}).empty());
}

TEST_CASE("v2: limits become these files") {
  const std::vector<FileWrite> expected{
      {"memory", "memory.max", "67108864"}, {"memory", "memory.swap.max", "67108864"},
      {"memory", "memory.low", "33554432"}, {"cpu", "cpu.weight", "100"},
      {"cpu", "cpu.max", "150000 100000"},  {"cpuset", "cpuset.cpus", "0-1"},
      {"cpuset", "cpuset.mems", "0"},       {"pids", "pids.max", "100"},
      {"io", "io.weight", "default 4950"},
  };
  CHECK(v2_writes(full()) == expected);
  Limits l;
  l.memory = 64 << 20;
  l.memory_swap = -1;
  l.pids = -1;
  l.cpu_period = 50000;
  CHECK(v2_writes(l) == std::vector<FileWrite>{{"memory", "memory.max", "67108864"},
                                               {"memory", "memory.swap.max", "max"},
                                               {"cpu", "cpu.max", "max 50000"},
                                               {"pids", "pids.max", "max"}});
}

TEST_CASE("shares become weights, the default the default") {
  CHECK(weight_of_shares(1024) == 100);
  CHECK(weight_of_shares(2) == 1);
  CHECK(weight_of_shares(262144) == 10000);
  CHECK(weight_of_shares(512) < 100);
  CHECK(weight_of_shares(2048) > 100);
}

TEST_CASE("device rules boil down to a default and exceptions") {
  const DeviceSet set = boil_down(default_device_rules());
  CHECK_FALSE(set.allow_by_default);
  CHECK(set.exceptions.size() == 11);
  CHECK(device_text(set.exceptions.front()) == "b *:* m");
  const DeviceRule allow_read{true, 'c', 10, 200, "r"};
  const DeviceRule allow_write{true, 'c', 10, 200, "w"};
  const DeviceRule deny_read{false, 'c', 10, 200, "r"};
  const DeviceSet merged = boil_down({{}, allow_read, allow_write});
  REQUIRE(merged.exceptions.size() == 1);
  CHECK(device_text(merged.exceptions[0]) == "c 10:200 rw");
  CHECK(device_text(boil_down({{}, allow_read, allow_write, deny_read}).exceptions[0]) ==
        "c 10:200 w");
  const DeviceSet open = boil_down({{true, 'a', {}, {}, "rwm"}, deny_read});
  CHECK(open.allow_by_default);
  CHECK_FALSE(open.exceptions[0].allow);
}

TEST_CASE("the device program answers as the rules say") {
  const auto program = device_program(boil_down(default_device_rules()));
  CHECK(run(program, 'c', kRead | kWrite, 1, 3) == 1);
  CHECK(run(program, 'c', kRead, 136, 77) == 1);
  CHECK(run(program, 'b', kMknod, 8, 0) == 1);
  CHECK(run(program, 'b', kRead, 8, 0) == 0);
  CHECK(run(program, 'c', kMknod | kRead, 10, 229) == 0);
  CHECK(run(program, 'b', kRead, 1, 3) == 0);
  CHECK(run(program, 'c', kRead, 10, 200) == 0);
  const auto all = device_program(boil_down({}));
  CHECK(run(all, 'b', kRead | kWrite | kMknod, 8, 0) == 1);
  const auto but =
      device_program(boil_down({{true, 'a', {}, {}, "rwm"}, {false, 'b', 8, {}, "w"}}));
  CHECK(run(but, 'b', kRead, 8, 1) == 1);
  CHECK(run(but, 'b', kRead | kWrite, 8, 1) == 0);
  CHECK(run(but, 'c', kWrite, 8, 1) == 1);
}

TEST_CASE("cgroup mounts are found among others") {
  const auto found = parse_mountinfo(
      "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
      "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"
      "broken line\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0].controllers == std::vector<std::string>{"cpu", "cpuacct"});
  CHECK(found[1].controllers == std::vector<std::string>{"name=systemd"});
  CHECK(found[2].v2);
  CHECK(v2_path("9:memory:/x\n0::/system.slice/hexad.service\n") == "/system.slice/hexad.service");
  CHECK(v2_path("9:memory:/x\n") == "/");
}

TEST_CASE("flat files") {
  CHECK(flat_value("low 0\nhigh 1\noom_kill 7\n", "oom_kill") == 7);
  CHECK(flat_value("", "oom_kill") == 0);
  CHECK(parse_flat("a 1\nb max\nc 3\n").size() == 2);
}
