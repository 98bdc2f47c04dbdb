#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "fixture.hpp"
#include "libcontainer/base/io.hpp"

using namespace hexad;
using support::Box;

namespace {

shim::Viewer watching(bool with_stdin) {
  shim::Viewer viewer;
  viewer.want_stdin = with_stdin;
  viewer.want_stdout = viewer.want_stderr = true;
  return viewer;
}

std::vector<shim::AttachedViewer> one(UniqueFd connection, shim::Viewer viewer) {
  std::vector<shim::AttachedViewer> out;
  out.push_back({std::move(connection), std::move(viewer)});
  return out;
}

}  // namespace

TEST_CASE("a viewer sees both streams in frames, and the end of the connection after all of it") {
  if (!support::need_root()) return;
  Box box;
  auto pair = support::connection();
  box.spec.process.argv = {"sh", "-c", "seq 1 20000; echo done >&2"};
  REQUIRE(box.start(one(std::move(pair.theirs), watching(false))));
  const auto bytes = support::read_until_closed(pair.ours.get());
  const auto out = support::unframe(bytes, 1);
  CHECK(out.size() == 108894);
  CHECK(out.substr(out.size() - 6) == "20000\n");
  CHECK(support::unframe(bytes, 2) == "done\n");
  CHECK(box.wait() == 0);
  CHECK(box.logged("stdout") == out);
}

TEST_CASE("what is typed arrives, and a half closed connection is the end of the input") {
  if (!support::need_root()) return;
  Box box;
  auto pair = support::connection();
  box.spec.process.argv = {"sh", "-c", "cat; echo eof"};
  box.spec.process.open_stdin = box.spec.process.stdin_once = true;
  auto viewer = watching(true);
  viewer.pending = "early\n";
  REQUIRE(box.start(one(std::move(pair.theirs), viewer)));
  REQUIRE(write_all(pair.ours.get(), "late\n"));
  REQUIRE(::shutdown(pair.ours.get(), SHUT_WR) == 0);
  CHECK(support::unframe(support::read_until_closed(pair.ours.get())) == "early\nlate\neof\n");
  CHECK(box.wait() == 0);
}

TEST_CASE("a large input and a large output pass through unharmed") {
  if (!support::need_root()) return;
  Box box;
  auto pair = support::connection();
  box.spec.process.argv = {"cat"};
  box.spec.process.open_stdin = box.spec.process.stdin_once = true;
  box.spec.log_path.clear();
  REQUIRE(box.start(one(std::move(pair.theirs), watching(true))));
  std::string sent;
  for (int i = 0; i < 300'000; ++i) sent += std::to_string(i * 7919L) + '\0';
  const pid_t writer = ::fork();
  if (writer == 0) {
    const bool ok = write_all(pair.ours.get(), sent).has_value();
    ::shutdown(pair.ours.get(), SHUT_WR);
    ::_exit(ok ? 0 : 1);
  }
  const auto got = support::unframe(support::read_until_closed(pair.ours.get()));
  CHECK(got.size() == sent.size());
  CHECK(got == sent);
  CHECK(::waitpid(writer, nullptr, 0) == writer);
  CHECK(box.wait() == 0);
}

TEST_CASE("a viewer that does not read costs itself, not the container") {
  if (!support::need_root()) return;
  Box box;
  auto pair = support::connection();
  box.spec.process.argv = {"sh", "-c", "head -c 40000000 /dev/zero | tr '\\0' x; echo >&2 end"};
  box.spec.log_path.clear();
  REQUIRE(box.start(one(std::move(pair.theirs), watching(false))));
  CHECK(box.wait() == 0);
}

TEST_CASE("a slow viewer gets everything that fits into its buffer") {
  if (!support::need_root()) return;
  Box box;
  auto pair = support::connection();
  box.spec.process.argv = {"sh", "-c", "seq 1 1000000"};
  box.spec.log_path.clear();
  REQUIRE(box.start(one(std::move(pair.theirs), watching(false))));
  CHECK(box.wait() == 0);
  // The shim goes, a copy of it delivers the rest.
  CHECK(box.shim.finish());
  box.shim = {};
  const auto out = support::unframe(support::read_until_closed(pair.ours.get()));
  CHECK(out.size() == 6888896);
}

TEST_CASE("without a viewer input stays open, with none asked for it is /dev/null") {
  if (!support::need_root()) return;
  CHECK(Box().run({"sh", "-c", "cat; readlink /proc/self/fd/0"}).out == "/dev/null\n");
}

TEST_CASE("a terminal is the controlling one, has the size asked for and can be resized") {
  if (!support::need_root()) return;
  Box box;
  auto pair = support::connection();
  auto& process = box.spec.process;
  process.argv = {"sh", "-c",
                  "tty; stty size; test -c /dev/console && echo console; read x; stty size; "
                  "trap 'echo int; exit 130' INT; echo ready; while :; do sleep 0.1; done"};
  process.tty = process.open_stdin = true;
  process.rows = 30;
  process.columns = 100;
  auto viewer = watching(true);
  viewer.framed = false;
  REQUIRE(box.start(one(std::move(pair.theirs), viewer)));
  const auto first = support::read_until(pair.ours.get(), "console\r\n");
  CHECK(first == "/dev/pts/0\r\n30 100\r\nconsole\r\n");
  CHECK(shim::resize(box.exec_dir(), {"", 25, 90}));
  REQUIRE(write_all(pair.ours.get(), "\n"));
  CHECK(support::read_until(pair.ours.get(), "ready\r\n").find("25 90\r\n") != std::string::npos);
  REQUIRE(write_all(pair.ours.get(), "\x03"));
  CHECK(support::read_until_closed(pair.ours.get()).find("int\r\n") != std::string::npos);
  CHECK(box.wait() == 130);
  CHECK(box.logged("stdout").find("30 100\r\n") != std::string::npos);
}

TEST_CASE("detach keys end the viewer and not the container") {
  if (!support::need_root()) return;
  Box box;
  auto pair = support::connection();
  box.spec.process.argv = {"sh", "-c", "echo up; read x; echo got $x; sleep 100"};
  box.spec.process.tty = box.spec.process.open_stdin = true;
  auto viewer = watching(true);
  viewer.detach_keys = "\x10\x11";
  REQUIRE(box.start(one(std::move(pair.theirs), viewer)));
  support::read_until(pair.ours.get(), "up\r\n");
  REQUIRE(write_all(pair.ours.get(), "\x10\x11"));
  support::read_until_closed(pair.ours.get());
  // Another one comes back.
  auto again = support::connection();
  REQUIRE(shim::attach(box.exec_dir(), std::move(again.theirs), viewer));
  REQUIRE(write_all(again.ours.get(), "hello\n"));
  CHECK(support::read_until(again.ours.get(), "got hello\r\n").find("got hello") !=
        std::string::npos);
}
