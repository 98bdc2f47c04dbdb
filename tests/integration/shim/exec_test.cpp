#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>

#include "fixture.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

using namespace hexad;
using support::Box;

namespace {

void start_sleeper(Box& box) {
  box.spec.process.argv = {"sleep", "1000"};
  REQUIRE(box.start());
}

}  // namespace

TEST_CASE("an exec'd process is in the container's namespaces, with an output and a code") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  const auto done = support::exec_in(
      box,
      support::process_of({"sh", "-c", "hostname; readlink /proc/1/exe; echo err >&2; exit 7"}));
  CHECK(done.started);
  CHECK(done.output == "hxt-box\n/bin/busybox\nerr\n");
  CHECK(done.code == 7);
  const auto same =
      support::exec_in(box, support::process_of({"sh", "-c",
                                                 "for n in mnt uts ipc net pid cgroup; do "
                                                 "[ $(readlink /proc/1/ns/$n) = $(readlink "
                                                 "/proc/self/ns/$n) ] || echo $n; done"}));
  CHECK(same.output == "");
  // Its output is its viewer's alone.
  CHECK(box.log() == "");
}

TEST_CASE("an exec'd process holds nothing of the host") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  const auto done = support::exec_in(
      box, support::process_of({"sh", "-c", "for f in /proc/self/fd/*; do readlink $f; done"}));
  for (const auto line : split(done.output, '\n')) {
    const bool fine = line.empty() || line.substr(0, 5) == "pipe:" || line == "/dev/null" ||
                      line.substr(0, 6) == "/proc/";
    CHECK(fine);
  }
}

TEST_CASE("an exec that cannot be says why, and the container does not mind") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  const auto failure = [&box](process::ProcessSpec process) {
    return support::exec_in(box, std::move(process)).failure;
  };
  CHECK(failure(support::process_of({"nope"})).message ==
        "exec: \"nope\": executable file not found in $PATH: unknown");
  CHECK(failure(support::process_of({"/nope"})).stage == "exec");
  auto user = support::process_of({"true"});
  user.user = "ghost";
  CHECK(failure(user).message == "unable to find user ghost: no matching entries in passwd file");
  auto cwd = support::process_of({"true"});
  cwd.cwd = "/no/where";
  CHECK(failure(cwd).message ==
        "chdir to cwd (\"/no/where\") set in config.json failed: no such "
        "file or directory: unknown");
  CHECK(support::exec_in(box, support::process_of({"true"})).code == 0);
}

TEST_CASE("an exec's input ends when its client stops typing") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  auto pair = support::connection();
  shim::ExecRequest request;
  request.id = random_hex(32);
  request.process = support::process_of({"wc", "-c"});
  request.process.open_stdin = true;
  request.viewer.want_stdin = request.viewer.want_stdout = true;
  shim::Failure failure;
  auto exec = shim::exec(box.exec_dir(), request, pair.theirs, failure);
  REQUIRE(exec);
  CHECK(!pair.theirs);
  REQUIRE(write_all(pair.ours.get(), std::string(100'000, 'x')));
  ::shutdown(pair.ours.get(), SHUT_WR);
  CHECK(support::unframe(support::read_until_closed(pair.ours.get())) == "100000\n");
  auto exit = shim::receive_exec_exit(exec->watch.get());
  REQUIRE(exit);
  CHECK(exit->code == 0);
}

TEST_CASE("the output of a short exec is never lost, however its end and its start race") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  constexpr int kRuns = 150;
  for (int i = 0; i < kRuns; ++i) {
    const auto done = support::exec_in(box, support::process_of({"echo", std::to_string(i)}));
    INFO(done.failure.stage << " " << done.failure.message);
    REQUIRE(done.started);
    REQUIRE(done.output == std::to_string(i) + "\n");
    REQUIRE(done.code == 0);
  }
}

TEST_CASE("late output of a background child still reaches the viewer") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  const auto done = support::exec_in(
      box, support::process_of({"sh", "-c", "(sleep 0.3; echo late) & echo early; exit 3"}));
  CHECK(done.output == "early\nlate\n");
  CHECK(done.code == 3);
}

TEST_CASE("an exec with a terminal can be resized and signalled") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  auto pair = support::connection();
  shim::ExecRequest request;
  request.id = random_hex(32);
  request.process = support::process_of({"sh", "-c", "tty; read x; stty size; sleep 100"});
  request.process.tty = request.process.open_stdin = true;
  request.viewer.want_stdin = request.viewer.want_stdout = true;
  shim::Failure failure;
  auto exec = shim::exec(box.exec_dir(), request, pair.theirs, failure);
  REQUIRE(exec);
  CHECK(support::read_until(pair.ours.get(), "\n") == "/dev/pts/0\r\n");
  CHECK(shim::resize(box.exec_dir(), {request.id, 11, 22}));
  REQUIRE(write_all(pair.ours.get(), "\r"));
  CHECK(support::read_until(pair.ours.get(), "11 22").find("11 22") != std::string::npos);
  CHECK(shim::send_signal(box.exec_dir(), {request.id, 9}));
  auto exit = shim::receive_exec_exit(exec->watch.get());
  REQUIRE(exit);
  CHECK(exit->code == 137);
  CHECK_FALSE(shim::send_signal(box.exec_dir(), {request.id, 9}));
}

TEST_CASE("a client whose exec failed gets its connection back") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  auto pair = support::connection();
  shim::ExecRequest request;
  request.id = random_hex(32);
  request.process = support::process_of({"nope"});
  shim::Failure failure;
  CHECK_FALSE(shim::exec(box.exec_dir(), request, pair.theirs, failure));
  REQUIRE(pair.theirs);
  REQUIRE(write_all(pair.theirs.get(), "sorry"));
  CHECK(support::read_until(pair.ours.get(), "sorry") == "sorry");
}

TEST_CASE("an exec takes about a millisecond") {
  if (!support::need_root()) return;
  Box box;
  start_sleeper(box);
  double best = 1e9;
  for (int i = 0; i < 30; ++i) {
    UniqueFd none;
    shim::ExecRequest request;
    request.id = random_hex(32);
    request.process = support::process_of({"true"});
    shim::Failure failure;
    const auto before = std::chrono::steady_clock::now();
    auto exec = shim::exec(box.exec_dir(), request, none, failure);
    REQUIRE(exec);
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - before;
    best = std::min(best, took.count());
    CHECK(shim::receive_exec_exit(exec->watch.get()));
  }
  std::cout << "exec to running: best " << best << " ms\n";
  CHECK(best < 30);
}
