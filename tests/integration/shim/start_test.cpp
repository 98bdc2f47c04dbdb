#include <catch2/catch.hpp>
#include <iostream>

#include "fixture.hpp"
#include "libcontainer/base/io.hpp"

using support::Box;

TEST_CASE("true ends with 0 and false with 1") {
  if (!support::need_root()) return;
  Box box;
  const auto yes = box.run({"true"});
  CHECK(yes.failure == "");
  CHECK(yes.code == 0);
  CHECK(Box().run({"false"}).code == 1);
}

TEST_CASE("an exit code, and a death by signal, are told as a shell tells them") {
  if (!support::need_root() || !support::kStaticShim) return;
  CHECK(Box().run({"sh", "-c", "exit 42"}).code == 42);
  Box box;
  box.spec.init = true;  // a PID 1 without handlers is immune to its own signals
  CHECK(box.run({"sh", "-c", "kill -SEGV $$"}).code == 139);
}

TEST_CASE("output goes to the log, each stream under its name") {
  if (!support::need_root()) return;
  const auto outcome = Box().run({"sh", "-c", "echo to out; echo to err >&2; printf rest"});
  CHECK(outcome.out == "to out\nrest");
  CHECK(outcome.err == "to err\n");
}

TEST_CASE("what cannot be executed is said in Docker's words") {
  if (!support::need_root()) return;
  const auto failure = [](std::vector<std::string> argv) {
    return Box().run(std::move(argv)).failure;
  };
  CHECK(failure({"nope"}) == "exec: \"nope\": executable file not found in $PATH: unknown");
  CHECK(failure({"/nope"}) == "exec: \"/nope\": stat /nope: no such file or directory: unknown");
  CHECK(failure({"/etc"}) == "exec: \"/etc\": is a directory: unknown");
  CHECK(failure({"/etc/plain"}) == "exec: \"/etc/plain\": permission denied: unknown");
  CHECK(failure({"/bin/noformat"}) == "exec /bin/noformat: exec format error: unknown");
  if (!support::kStaticShim) return;
  Box box;
  box.spec.init = true;
  CHECK(box.run({"/bin/noformat"}).failure == "exec /bin/noformat: exec format error: unknown");
}

TEST_CASE("the user is looked up in the container's own files") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.user = "joe";
  CHECK(box.run({"sh", "-c", "id; pwd; echo $HOME"}).out ==
        "uid=1000(joe) gid=1000(joe) groups=10(wheel),1000(joe)\n/\n/home/joe\n");
  Box missing;
  missing.spec.process.user = "nobody-here";
  CHECK(missing.run({"true"}).failure ==
        "unable to find user nobody-here: no matching entries in passwd file");
}

TEST_CASE("a user other than root may open /dev/stdout, and holds no capabilities") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.user = "1000:1000";
  const auto outcome =
      box.run({"sh", "-c",
               "echo opened > /dev/stdout; echo too > /dev/stderr; grep CapEff /proc/self/status"});
  CHECK(outcome.out == "opened\nCapEff:\t0000000000000000\n");
  CHECK(outcome.err == "too\n");
}

TEST_CASE("the working directory is made where it is missing") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.cwd = "/a/b";
  CHECK(box.run({"pwd"}).failure ==
        "chdir to cwd (\"/a/b\") set in config.json failed: no such file or directory: unknown");
  Box made;
  made.spec.process.cwd = "/a/b";
  made.spec.process.make_cwd = true;
  made.spec.rootfs.read_only = true;
  CHECK(made.run({"pwd"}).out == "/a/b\n");
}

TEST_CASE("nothing of the host is left open, and names are the container's own") {
  if (!support::need_root()) return;
  Box box;
  const auto outcome = box.run(
      {"sh", "-c", "for f in /proc/self/fd/*; do readlink $f; done; hostname; echo pid $$"});
  // ls of the shell's own glob descriptor is gone by the time it is read.
  CHECK(outcome.out.find("/tmp/hxt") == std::string::npos);
  CHECK(outcome.out.find("socket:") == std::string::npos);
  CHECK(outcome.out.find("hxt-box\npid 1\n") != std::string::npos);
}

TEST_CASE("the network namespace of its own has lo up and Docker's defaults") {
  if (!support::need_root()) return;
  const auto outcome = Box().run(
      {"sh", "-c",
       "ip -o link | cut -d: -f2; ip link show lo | grep -c UP; "
       "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range"});
  CHECK(outcome.out.find("lo\n") != std::string::npos);
  CHECK(outcome.out.find("1\n0\n0\t2147483647\n") != std::string::npos);
}

TEST_CASE("a filter, limits and a spec too large for one datagram are taken") {
  if (!support::need_root()) return;
  Box box;
  box.spec.process.env.push_back("BIG=" + std::string(120'000, 'x'));
  for (int i = 0; i < 8; ++i)
    box.spec.process.env.push_back("BIG" + std::to_string(i) + "=" + std::string(100'000, 'y'));
  box.spec.process.rlimits = {{7 /* RLIMIT_NOFILE */, 100, 200}};
  box.spec.process.no_new_privs = true;
  const auto outcome =
      box.run({"sh", "-c", "echo ${#BIG} $(ulimit -n); grep NoNewPrivs /proc/self/status"});
  CHECK(outcome.failure == "");
  CHECK(outcome.out == "120000 100\nNoNewPrivs:\t1\n");
}

TEST_CASE("a start takes a few milliseconds") {
  if (!support::need_root()) return;
  double best = 1e9, sum = 0;
  constexpr int kRuns = 20;
  for (int i = 0; i < kRuns; ++i) {
    Box box;
    box.spec.process.argv = {"true"};
    REQUIRE(box.start());
    best = std::min(best, box.start_ms);
    sum += box.start_ms;
    CHECK(box.wait() == 0);
  }
  std::cout << "start to running: best " << best << " ms, mean " << sum / kRuns << " ms\n";
  CHECK(best < 50);
}
