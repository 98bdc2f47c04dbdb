#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "daemon/async/await.hpp"
#include "daemon/async/fd_watch.hpp"
#include "daemon/async/file_follow.hpp"
#include "daemon/async/pool.hpp"
#include "libcontainer/base/io.hpp"

using namespace hexad;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// Runs the coroutine that `make` returns on an io_context of its own.
template <class Make>
void run(asio::io_context& io, Make make) {
  asio::co_spawn(io, make, [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run_for(10s);
  io.restart();
}

}  // namespace

TEST_CASE("a pool runs all that was posted before it ends") {
  std::atomic<int> done{0};
  {
    async::Pool pool(3, "hxt-pool");
    for (int i = 0; i < 500; ++i) pool.post([&] { ++done; });
    pool.post([] { throw std::runtime_error("a job that throws"); });
  }
  CHECK(done == 500);
}

TEST_CASE("a strand keeps the order and runs one job at a time") {
  async::Pool pool(4, "hxt-pool");
  auto strand = std::make_shared<async::Strand>(pool);
  std::vector<int> order;
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false}, finished{false};
  for (int i = 0; i < 200; ++i) {
    strand->post([&, i] {
      if (++inside > 1) overlapped = true;
      order.push_back(i);
      --inside;
      if (i == 199) finished = true;
    });
  }
  while (!finished) std::this_thread::sleep_for(1ms);
  CHECK_FALSE(overlapped);
  CHECK(order.size() == 200);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("run_on comes back to the Asio thread with the value, an exception as an Error") {
  asio::io_context io;
  async::Pool pool(2, "hxt-pool");
  bool checked = false;
  run(io, [&]() -> asio::awaitable<void> {
    const auto here = std::this_thread::get_id();
    auto job = [here]() -> Result<std::string> {
      return std::this_thread::get_id() == here ? "same" : "other";
    };
    auto value = co_await async::run_on(pool, io.get_executor(), std::move(job));
    CHECK(value == "other");
    CHECK(std::this_thread::get_id() == here);
    auto bad = []() -> Result<int> { throw std::runtime_error("boom"); };
    auto failed = co_await async::run_on(pool, io.get_executor(), std::move(bad));
    CHECK(failed.error().message == "boom");
    checked = true;
  });
  CHECK(checked);
}

TEST_CASE("a signal wakes its waiters, loses no change and times out") {
  asio::io_context io;
  async::Signal signal(io.get_executor());
  int woken = 0;
  auto waiter = [&]() -> asio::awaitable<void> {
    if (co_await signal.wait(0)) ++woken;
  };
  asio::co_spawn(io, waiter, asio::detached);
  asio::co_spawn(io, waiter, asio::detached);
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);
    signal.notify();
  });
  io.run_for(5s);
  other.join();
  CHECK(woken == 2);
  run(io, [&]() -> asio::awaitable<void> {
    CHECK(co_await signal.wait(0));
    CHECK_FALSE(co_await signal.wait(signal.version(), 10ms));
  });
}

TEST_CASE("a watched descriptor calls back until it says false") {
  asio::io_context io;
  async::Pool pool(1, "hxt-pool");
  auto watcher = async::FdWatcher::start(io.get_executor());
  REQUIRE(watcher);
  auto pipe = pipe_pair();
  REQUIRE(pipe);
  std::atomic<int> calls{0};
  const int fd = pipe->first.get();
  auto watch = (*watcher)->add(
      fd, [&](auto job) { pool.post(std::move(job)); },
      [&calls, fd] {
        char byte = 0;
        const auto n = ::read(fd, &byte, 1);
        ++calls;
        return n == 1;
      });
  REQUIRE(watch);
  REQUIRE(write_all(pipe->second.get(), "abc"));
  io.run_for(50ms);
  CHECK(calls == 3);
  pipe->second.reset();
  io.restart();
  io.run_for(50ms);
  CHECK(calls == 4);
  io.restart();
  io.run_for(20ms);
  CHECK(calls == 4);
}

TEST_CASE("a cancelled watch is silent") {
  asio::io_context io;
  auto watcher = async::FdWatcher::start(io.get_executor());
  auto pipe = pipe_pair();
  REQUIRE((watcher && pipe));
  int calls = 0;
  {
    auto watch = (*watcher)->add(
        pipe->first.get(), [](auto job) { job(); }, [&calls] { return ++calls > 0; });
    REQUIRE(watch);
  }
  REQUIRE(write_all(pipe->second.get(), "x"));
  io.run_for(20ms);
  CHECK(calls == 0);
}

TEST_CASE("followers of a directory hear of writes and renames") {
  asio::io_context io;
  char name[] = "/tmp/hxt-follow-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  auto follow = async::FileFollow::start(io.get_executor());
  REQUIRE(follow);
  int heard = 0;
  run(io, [&]() -> asio::awaitable<void> {
    auto changed = (*follow)->watch(dir);
    auto same = (*follow)->watch(dir);
    REQUIRE((changed && same));
    CHECK(changed->get() == same->get());
    auto seen = (*changed)->version();
    REQUIRE(write_file_atomic(dir + "/log", "x", 0600));
    if (co_await (*changed)->wait(seen, 2000ms)) ++heard;
    io.stop();
  });
  CHECK(heard == 1);
  auto again = (*follow)->watch(dir);
  CHECK(again);
  (void)remove_tree(dir);
}
