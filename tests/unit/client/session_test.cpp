#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>
#include <thread>

#include "client/session.hpp"
#include "libcontainer/base/io.hpp"

using namespace hexad;
using namespace hexad::client;

namespace {

struct Ends {
  UniqueFd ours, theirs;
};
Ends socket_pair() {
  std::array<int, 2> fds{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// Takes the place of a descriptor for as long as it lives.
class Redirect {
 public:
  Redirect(int fd, int target) : fd_(fd), saved_(::dup(fd)) { ::dup2(target, fd_); }
  ~Redirect() {
    ::dup2(saved_, fd_);
    ::close(saved_);
  }

 private:
  int fd_, saved_;
};

}  // namespace

TEST_CASE("signals have docker's names") {
  CHECK(signal_name(SIGTERM) == "TERM");
  CHECK(signal_name(SIGUSR1) == "USR1");
  CHECK(signal_name(SIGRTMIN + 3) == "RTMIN+3");
}

TEST_CASE("frames go to stdout and stderr, the first bytes from the head included") {
  auto ends = socket_pair();
  auto out = pipe_pair().value();
  REQUIRE(write_all(ends.theirs.get(), std::string_view("\x01\0\0\0\0\0\0\x03"
                                                        "abc",
                                                        11)));
  ends.theirs.reset();
  {
    Redirect to(STDOUT_FILENO, out.second.get());
    SignalQueue signals(false);
    RawStream stream{std::move(ends.ours),
                     std::string("\x01\0\0\0\0\0\0\x02"
                                 "xy",
                                 10),
                     true};
    CHECK(run_session(std::move(stream), signals, {}).value() == SessionEnd::closed);
  }
  out.second.reset();
  CHECK(read_all(out.first.get()).value() == "xyabc");
}

TEST_CASE("stdin is passed on, its end half-closes the stream") {
  auto ends = socket_pair();
  auto in = pipe_pair().value();
  REQUIRE(write_all(in.second.get(), "typed"));
  in.second.reset();
  std::string got;
  std::thread peer([&] {
    got = read_all(ends.theirs.get()).value();
    ends.theirs.reset();
  });
  {
    Redirect from(STDIN_FILENO, in.first.get());
    SignalQueue signals(false);
    SessionOptions options;
    options.with_stdin = true;
    CHECK(run_session({std::move(ends.ours), {}, true}, signals, options).value() ==
          SessionEnd::closed);
  }
  peer.join();
  CHECK(got == "typed");
}

TEST_CASE("signals are handed to the container, those sent before the session too") {
  auto ends = socket_pair();
  SignalQueue signals(true);
  ::raise(SIGUSR1);
  std::vector<std::string> sent;
  SessionOptions options;
  options.forward = [&](std::string_view name) {
    sent.emplace_back(name);
    ends.theirs.reset();
  };
  CHECK(run_session({std::move(ends.ours), {}, true}, signals, options).value() ==
        SessionEnd::closed);
  CHECK(sent == std::vector<std::string>{"USR1"});
}

TEST_CASE("an error of the daemon inside the stream ends the session") {
  auto ends = socket_pair();
  REQUIRE(write_all(ends.theirs.get(), std::string_view("\x03\0\0\0\0\0\0\x04oops", 12)));
  SignalQueue signals(false);
  const auto end = run_session({std::move(ends.ours), {}, true}, signals, {});
  REQUIRE_FALSE(end);
  CHECK(end.error().message.find("oops") != std::string::npos);
}
