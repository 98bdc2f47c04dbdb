#include "libcontainer/process/wire.hpp"

#include <catch2/catch.hpp>

#include "libcontainer/base/io.hpp"
#include "libcontainer/shim/messages.hpp"

using namespace hexad;
using namespace hexad::process;

namespace {

ContainerSpec rich_spec() {
  ContainerSpec spec;
  spec.id = std::string(64, 'a');
  spec.hostname = "box";
  spec.ns.user = true;
  spec.ns.net = NsMode::join;
  spec.ns.uid_map = {{0, 100'000, 65'536}};
  spec.rootfs.lower = {"/a", "/b"};
  Mount mount;
  mount.source = "/src";
  mount.target = "/dst";
  mount.flags = 1;
  mount.propagation = Propagation::rslave;
  spec.rootfs.mounts = {mount};
  spec.rootfs.devices = {{"/dev/x", 'b', 8, 1, 0600, 1, 2, "/dev/y"}};
  spec.rootfs.cgroups = {{"cpu,cpuacct", "/sys/fs/cgroup/x", {"cpu", "cpuacct"}}};
  spec.rootfs.sysctls = {{"net.core.somaxconn", "77"}};
  spec.process.argv = {"sh", "-c", std::string("with\0zero", 9)};
  spec.process.seccomp = std::string(8, '\x01');
  spec.process.rlimits = {{7, 1024, ~0ULL}};
  spec.process.oom_score_adj = -5;
  spec.init = true;
  spec.log_max_size = 20'000'000;
  return spec;
}

}  // namespace

TEST_CASE("a spec comes back as it was sent") {
  const auto spec = rich_spec();
  const auto back = decode<ContainerSpec>(encode(spec));
  REQUIRE(back);
  CHECK(encode(*back) == encode(spec));
  CHECK(back->ns.uid_map == spec.ns.uid_map);
  CHECK(back->process.argv == spec.process.argv);
  CHECK(back->process.oom_score_adj == -5);
  CHECK(back->rootfs.sysctls == spec.rootfs.sysctls);
  CHECK(back->rootfs.mounts[0].propagation == Propagation::rslave);
  CHECK(back->rootfs.devices[0].type == 'b');
  CHECK(valid(*back));
}

TEST_CASE("fields that are missing keep their defaults, fields that are unknown are passed over") {
  // An older Resize of two fields, a newer one of four.
  Writer w;
  w(std::uint32_t{4 + 3 + 2}, std::string("abc"), std::uint16_t{5});
  const auto shorter = decode<shim::Resize>(w.take());
  REQUIRE(shorter);
  CHECK(shorter->exec_id == "abc");
  CHECK(shorter->rows == 5);
  CHECK(shorter->columns == 0);
  Writer longer;
  longer(std::uint32_t{4 + 3 + 2 + 2 + 4}, std::string("abc"), std::uint16_t{5}, std::uint16_t{6},
         std::uint32_t{99});
  const auto newer = decode<shim::Resize>(longer.take());
  REQUIRE(newer);
  CHECK(newer->columns == 6);
}

TEST_CASE("whatever is cut off or lies about its length is refused, not believed") {
  const std::string whole = encode(rich_spec());
  for (std::size_t i = 0; i < whole.size(); ++i)
    CHECK_FALSE(decode<ContainerSpec>(whole.substr(0, i)));
  CHECK_FALSE(decode<std::vector<std::string>>(std::string("\xff\xff\xff\xff", 4)));
  CHECK_FALSE(decode<std::string>(std::string("\x05\0\0\0abcd", 8)));
  CHECK_FALSE(decode<std::vector<std::string>>(std::string("\x02\0\0\0\0\0\0\0", 8)));
}

TEST_CASE("values that no version knows are not valid") {
  auto spec = rich_spec();
  spec.ns.pid = static_cast<NsMode>(9);
  CHECK_FALSE(valid(spec));
  spec = rich_spec();
  spec.rootfs.mounts[0].kind = static_cast<MountKind>(7);
  CHECK_FALSE(valid(spec));
}

TEST_CASE("packets carry descriptors, and a large body in a sealed file") {
  auto pair = seqpacket_pair();
  REQUIRE(pair);
  auto pipe = pipe_pair();
  REQUIRE(pipe);
  const std::string large(3'000'000, 'q');
  for (const std::string& body : {std::string("small"), std::string(), large}) {
    REQUIRE(send_packet(pair->first.get(), 1, 42, body, {pipe->first.get(), pipe->second.get()}));
    auto got = receive_packet(pair->second.get());
    REQUIRE(got);
    REQUIRE(*got);
    CHECK((*got)->op == 42);
    CHECK((*got)->version == 1);
    CHECK((*got)->body == body);
    CHECK((*got)->fds.size() == 2);
  }
  pair->first.reset();
  auto end = receive_packet(pair->second.get());
  REQUIRE(end);
  CHECK_FALSE(*end);
}

TEST_CASE("a packet of nonsense is an error of its own") {
  auto pair = seqpacket_pair();
  REQUIRE(pair);
  for (const std::string& bytes :
       {std::string("x"), std::string(64, '\xff'), pack(1, 2, "abc") + "d"}) {
    REQUIRE(send_message(pair->first.get(), bytes));
    auto got = receive_packet(pair->second.get());
    REQUIRE_FALSE(got);
    CHECK(got.error().sys_errno == EPROTO);
  }
}

TEST_CASE("the protocol's messages come back as they were sent") {
  shim::StartRequest start;
  start.spec = rich_spec();
  start.fds.cgroup_tasks = 8;
  start.fds.join_shm = true;
  start.viewers.push_back({true, true, false, true, "\x10\x11", "early"});
  start.fds.viewers = 1;
  const auto back = decode<shim::StartRequest>(encode(start));
  REQUIRE(back);
  CHECK(encode(*back) == encode(start));
  CHECK(back->viewers[0].pending == "early");
  const auto failure = decode<Failure>(encode(Failure{"exec", 2, "text"}));
  REQUIRE(failure);
  CHECK(failure->stage == "exec");
  CHECK(failure->sys_errno == 2);
  const auto status = decode<shim::Status>(encode(shim::Status{1, 77, 5, true, false, 0, 9, 0}));
  REQUIRE(status);
  CHECK(status->pid == 77);
  CHECK(status->started_at == 9);
}
