#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "fixture.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/base/undo.hpp"
#include "libcontainer/security/seccomp_compile.hpp"

using namespace hexad;
using support::Box;

namespace {

UniqueFd namespace_of(pid_t pid, const char* kind) {
  auto fd = open_at(AT_FDCWD, fmt::format("/proc/{}/ns/{}", pid, kind), O_RDONLY);
  REQUIRE(fd);
  return std::move(*fd);
}

std::string link_of(pid_t pid, const char* kind) {
  return std::filesystem::read_symlink(fmt::format("/proc/{}/ns/{}", pid, kind)).string();
}

// A cgroup of the test's own in one hierarchy; empty where it is not mounted.
std::string make_cgroup(const std::string& hierarchy, UndoList& undo) {
  const std::string root = "/sys/fs/cgroup/" + hierarchy;
  if (!path_exists(root + "/cgroup.procs")) return {};
  const std::string path = root + "/hxt-" + random_hex(4);
  if (!make_dir(path, 0755)) return {};
  undo.push([path] { ::rmdir(path.c_str()); });
  return path;
}

}  // namespace

TEST_CASE("namespaces of another container are joined") {
  if (!support::need_root()) return;
  Box first;
  first.spec.process.argv = {"sh", "-c", "echo shared > /dev/shm/note; sleep 100"};
  REQUIRE(first.start());
  const auto other = first.shim.status().pid;
  Box second;
  second.spec.ns.net = second.spec.ns.ipc = second.spec.ns.pid = process::NsMode::join;
  second.extra.join_net = namespace_of(other, "net");
  second.extra.join_ipc = namespace_of(other, "ipc");
  second.extra.join_pid = namespace_of(other, "pid");
  second.extra.join_shm = namespace_of(other, "mnt");
  second.spec.process.argv = {
      "sh", "-c", "cat /dev/shm/note; cat /proc/1/cmdline | tr '\\0' ' '; echo; sleep 100"};
  REQUIRE(second.start());
  const auto pid = second.shim.status().pid;
  for (const char* kind : {"net", "ipc", "pid"}) CHECK(link_of(pid, kind) == link_of(other, kind));
  CHECK(link_of(pid, "mnt") != link_of(other, "mnt"));
  const auto done = support::exec_in(second, support::process_of({"cat", "/dev/shm/note"}));
  CHECK(done.output == "shared\n");
  for (int i = 0; i < 200 && second.logged("stdout").find("100 ") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(second.logged("stdout") == "shared\nsleep 100 \n");
  // The pid namespace ends with its init, and everybody in it.
  CHECK(shim::send_signal(first.exec_dir(), {"", SIGKILL}));
  CHECK(first.wait() == 137);
  CHECK(second.wait() == 137);
}

TEST_CASE("namespaces of the host are kept where asked for") {
  if (!support::need_root()) return;
  Box box;
  auto& ns = box.spec.ns;
  ns.pid = ns.net = ns.uts = ns.ipc = ns.cgroup = process::NsMode::host;
  box.spec.rootfs.share_host_ipc = true;
  box.spec.hostname = "hxt-ignored";
  box.spec.process.argv = {"sleep", "100"};
  REQUIRE(box.start());
  const auto pid = box.shim.status().pid;
  for (const char* kind : {"pid", "net", "uts", "ipc", "cgroup"})
    CHECK(link_of(pid, kind) == link_of(::getpid(), kind));
  const auto done = support::exec_in(box, support::process_of({"sh", "-c", "hostname; exit 2"}));
  CHECK(done.code == 2);
  CHECK(done.output != "hxt-ignored\n");
}

TEST_CASE("first and exec'd processes are in the cgroups that were given, and see them as roots") {
  if (!support::need_root()) return;
  UndoList undo;
  Box box;
  std::vector<std::string> groups;
  for (const char* controller : {"memory", "pids", "cpu"}) {
    const auto path = make_cgroup(controller, undo);
    if (path.empty()) continue;
    auto tasks = open_at(AT_FDCWD, path + "/tasks", O_WRONLY);
    REQUIRE(tasks);
    box.extra.cgroup_tasks.push_back(std::move(*tasks));
    groups.push_back(path);
  }
  for (const char* unified : {"unified", "."}) {
    const auto path = make_cgroup(unified, undo);
    if (path.empty()) continue;
    auto directory = open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    REQUIRE(directory);
    box.extra.cgroup_v2 = std::move(*directory);
    groups.push_back(path);
  }
  if (groups.empty()) return;
  box.spec.process.argv = {"sleep", "100"};
  REQUIRE(box.start());
  const auto seen = support::exec_in(
      box,
      support::process_of({"sh", "-c", "cat /proc/1/cgroup /proc/self/cgroup | grep -c hxt-"}));
  CHECK(seen.output == "0\n");
  auto sleeper = support::process_of({"sleep", "50"});
  UniqueFd none;
  shim::ExecRequest request;
  request.id = random_hex(32);
  request.process = sleeper;
  shim::Failure failure;
  auto exec = shim::exec(box.exec_dir(), request, none, failure);
  REQUIRE(exec);
  for (const pid_t pid : {box.shim.status().pid, exec->pid}) {
    const auto text = read_file(fmt::format("/proc/{}/cgroup", pid));
    REQUIRE(text);
    for (const auto& group : groups)
      CHECK(text->find(group.substr(group.rfind('/'))) != std::string::npos);
  }
  CHECK(shim::send_signal(box.exec_dir(), {"", SIGKILL}));
  CHECK(box.wait() == 137);
  CHECK(box.shim.finish());
  box.shim = {};
}

TEST_CASE("the default filter is in force, for init and for an exec") {
  if (!support::need_root()) return;
  Box box;
  auto program = security::default_seccomp(box.spec.process.caps.bounding);
  REQUIRE(program);
  box.spec.process.seccomp = *program;
  box.spec.process.argv = {"sh", "-c", "grep -w Seccomp /proc/self/status; sleep 100"};
  REQUIRE(box.start());
  auto process = support::process_of({"grep", "-w", "Seccomp", "/proc/self/status"});
  process.seccomp = *program;
  const auto done = support::exec_in(box, process);
  INFO(done.failure.stage << ": " << done.failure.message);
  CHECK(done.code == 0);
  CHECK(done.output == "Seccomp:\t2\n");
  process.no_new_privs = true;
  process.user = "joe";
  process.tty = true;
  CHECK(support::exec_in(box, process).output == "Seccomp:\t2\r\n");
  for (int i = 0; i < 200 && box.logged("stdout").empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(box.logged("stdout") == "Seccomp:\t2\n");
}
