#include <poll.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "fixture.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

using namespace hexad;
using support::Box;

namespace {

pid_t shim_pid(const Box& box) {
  // /proc/self/fdinfo of a pidfd names the process. man 2 pidfd_open
  auto text = read_file(fmt::format("/proc/self/fdinfo/{}", box.shim.process().get()));
  REQUIRE(text);
  const auto at = text->find("Pid:");
  return static_cast<pid_t>(
      *parse_int(trim(split(std::string_view(*text).substr(at + 4), '\n')[0])));
}

}  // namespace

TEST_CASE("the exit is in the exit file before it is told") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.argv = {"sh", "-c", "exit 3"};
  REQUIRE(box.start());
  CHECK(box.wait() == 3);
  auto exit = shim::read_exit_file(box.exec_dir());
  REQUIRE(exit);
  CHECK(exit->code == 3);
  CHECK(exit->finished_at > 0);
}

TEST_CASE("the shim does not mind the daemon's absence") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.argv = {"sh", "-c", "echo before; sleep 0.3; echo after; exit 5"};
  REQUIRE(box.start());
  const auto pid = box.shim.status().pid;
  const auto started = box.shim.status().start_time;
  CHECK(started == identify(pid)->start_time);
  box.shim = {};
  auto again = shim::Shim::connect(box.exec_dir());
  REQUIRE(again);
  CHECK(again->status().running);
  CHECK(again->status().pid == pid);
  CHECK(again->status().start_time == started);
  *again = {};
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  auto late = shim::Shim::connect(box.exec_dir());
  REQUIRE(late);
  CHECK(late->status().exited);
  CHECK(late->status().exit_code == 5);
  auto exit = late->receive_exit();
  REQUIRE(exit);
  CHECK(exit->code == 5);
  CHECK(box.logged("stdout") == "before\nafter\n");
  CHECK(late->finish());
  CHECK_FALSE(shim::Shim::connect(box.exec_dir()));
}

TEST_CASE("finish before the end is refused, and the container goes on") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.argv = {"sleep", "100"};
  REQUIRE(box.start());
  CHECK_FALSE(box.shim.finish());
  CHECK(shim::send_signal(box.exec_dir(), {"", SIGKILL}));
  CHECK(box.wait() == 137);
}

TEST_CASE("a daemon that goes before `go` takes the container with it") {
  if (!support::need_root()) return;
  Box box;
  auto spawned = shim::Shim::spawn(support::shim_program(), box.exec_dir());
  REQUIRE(spawned);
  shim::StartInput input;
  input.spec = box.spec;
  input.spec.process.argv = {"sleep", "100"};
  shim::Failure failure;
  auto cloned = spawned->start(std::move(input), failure);
  REQUIRE(cloned);
  auto init = Pidfd::open(cloned->pid);
  REQUIRE(init);
  REQUIRE(spawned->wait_ready(failure));
  *spawned = {};
  CHECK(*init->wait_ended(5000));
}

TEST_CASE("a killed shim kills its container") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.argv = {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"};
  REQUIRE(box.start());
  auto init = Pidfd::open(box.shim.status().pid);
  REQUIRE(init);
  REQUIRE(::kill(shim_pid(box), SIGKILL) == 0);
  CHECK(*init->wait_ended(5000));
  auto exit = box.shim.receive_exit();
  REQUIRE_FALSE(exit);
  CHECK(exit.error().sys_errno == EPIPE);
  box.shim = {};
}

TEST_CASE("the tiny init reaps orphans, passes signals on and ends with the program's code") {
  if (!support::need_root() || !support::kStaticShim) return;
  Box box;
  box.spec.init = true;
  const auto outcome = box.run(
      {"sh", "-c",
       "sh -c 'sleep 0.1 & exit 0'; sleep 0.4; ps -o pid,stat,args | grep -c Z; echo pid $$; "
       "cut -d' ' -f2 /proc/1/stat; exit 9"});
  CHECK(outcome.out.find("pid 2\n(hexad-init)\n") != std::string::npos);
  CHECK(outcome.code == 9);
  Box signalled;
  signalled.spec.init = true;
  signalled.spec.process.argv = {
      "sh", "-c", "trap 'echo term; exit 4' TERM; echo up; while :; do sleep 0.05; done"};
  REQUIRE(signalled.start());
  for (int i = 0; i < 100 && signalled.logged("stdout").empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(shim::send_signal(signalled.exec_dir(), {"", SIGTERM}));
  CHECK(signalled.wait() == 4);
  CHECK(signalled.logged("stdout") == "up\nterm\n");
}

TEST_CASE("under the tiny init another user's program has the terminal in the foreground") {
  if (!support::need_root() || !support::kStaticShim) return;
  for (const bool remapped : {false, true}) {
    Box box;
    box.spec.init = true;
    box.spec.ns.user = remapped;
    if (remapped) box.spec.ns.uid_map = box.spec.ns.gid_map = {{0, 100'000, 65'536}};
    auto& process = box.spec.process;
    process.argv = {"sh", "-c", "echo up; read x; id -u; echo got $x; exit 6"};
    process.user = "joe";
    process.tty = process.open_stdin = true;
    auto pair = support::connection();
    std::vector<shim::AttachedViewer> viewers(1);
    viewers[0].connection = std::move(pair.theirs);
    viewers[0].viewer.want_stdin = viewers[0].viewer.want_stdout = true;
    REQUIRE(box.start(std::move(viewers)));
    support::read_until(pair.ours.get(), "up\r\n");
    REQUIRE(write_all(pair.ours.get(), "hello\n"));
    CHECK(support::read_until_closed(pair.ours.get()).find("1000\r\ngot hello\r\n") !=
          std::string::npos);
    CHECK(box.wait() == 6);
  }
}

TEST_CASE("held descriptors stay open until the end") {
  if (!support::need_root()) return;
  auto pipe = pipe_pair();
  REQUIRE(pipe);
  Box box;
  auto spawned = shim::Shim::spawn(support::shim_program(), box.exec_dir());
  REQUIRE(spawned);
  box.shim = std::move(*spawned);
  shim::StartInput input;
  input.spec = box.spec;
  input.spec.process.argv = {"sleep", "0.2"};
  input.held.push_back(std::move(pipe->second));
  REQUIRE(box.shim.start(std::move(input), box.failure));
  REQUIRE(box.shim.wait_ready(box.failure));
  REQUIRE(box.shim.go(box.failure));
  CHECK(*poll_one(pipe->first.get(), POLLIN, 0) == false);
  CHECK(box.wait() == 0);
  CHECK(box.shim.finish());
  CHECK(*poll_one(pipe->first.get(), POLLIN, 1000));
  box.shim = {};
}

TEST_CASE("an idle shim is small") {
  if (!support::need_root() || !support::kStaticShim) return;
  Box box;
  box.spec.process.argv = {"sleep", "100"};
  REQUIRE(box.start());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto text = read_file(fmt::format("/proc/{}/smaps_rollup", shim_pid(box)));
  REQUIRE(text);
  std::int64_t private_kb = 0;
  for (const auto line : split(*text, '\n')) {
    // The program's own pages are shared by all shims.
    if (line.substr(0, 10) == "Anonymous:")
      private_kb = *parse_int(trim(line.substr(10, line.size() - 10 - 3)));
  }
  std::cout << "private memory of an idle shim: " << private_kb << " KiB\n";
  CHECK(private_kb > 0);
  CHECK(private_kb < 200);
}
