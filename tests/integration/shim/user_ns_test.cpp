#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <thread>

#include "fixture.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

using namespace hexad;
using support::Box;

namespace {

void remap(Box& box) {
  box.spec.ns.user = true;
  box.spec.ns.uid_map = box.spec.ns.gid_map = {{0, 100'000, 65'536}};
}

}  // namespace

TEST_CASE("with a user namespace root inside is nobody outside, and files look right inside") {
  if (!support::need_root()) return;
  Box box;
  remap(box);
  const auto outcome =
      box.run({"sh", "-c",
               "id -u; cat /proc/self/uid_map | tr -s ' '; stat -c %u:%g /bin/busybox /etc/passwd; "
               "touch /made && stat -c %u /made; echo hi > /dev/stdout; echo x > /dev/null"});
  CHECK(outcome.failure == "");
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "0\n 0 100000 65536\n0:0\n0:0\n0\nhi\n");
}

TEST_CASE("all six namespaces differ from the host's and belong to the user namespace") {
  if (!support::need_root()) return;
  Box box;
  remap(box);
  box.spec.process.argv = {"sleep", "100"};
  REQUIRE(box.start());
  const auto pid = box.shim.status().pid;
  for (const char* name : {"mnt", "uts", "ipc", "net", "pid", "cgroup", "user"}) {
    struct stat host {
    }, inside{};
    REQUIRE(::stat(fmt::format("/proc/self/ns/{}", name).c_str(), &host) == 0);
    REQUIRE(::stat(fmt::format("/proc/{}/ns/{}", pid, name).c_str(), &inside) == 0);
    CHECK(host.st_ino != inside.st_ino);
  }
  auto process = support::process_of(
      {"sh", "-c", "id -u; ip link add dum0 type dummy && echo made; sh -c 'id -u'"});
  process.caps = box.spec.process.caps;
  process.caps.bounding = process.caps.permitted = process.caps.effective =
      box.spec.process.caps.bounding | (1ULL << 12U);  // CAP_NET_ADMIN
  const auto done = support::exec_in(box, process);
  CHECK(done.output.find("0\n") == 0);
  CHECK(done.code == 0);
}

TEST_CASE("another user of a user namespace may open /dev/stdout, and terminals work") {
  if (!support::need_root()) return;
  Box box;
  remap(box);
  box.spec.process.user = "joe";
  CHECK(box.run({"sh", "-c", "id -u; echo hi > /dev/stdout"}).out == "1000\nhi\n");
  Box terminal;
  remap(terminal);
  terminal.spec.process.tty = true;
  CHECK(terminal.run({"sh", "-c", "tty; echo x > /dev/tty"}).out == "/dev/pts/0\r\nx\r\n");
}
