// Whatever waits: stop's grace period, restart, forced removal. Coroutines on the Asio thread
// between two jobs on the container's lane; nothing sleeps on the pool.
#include <csignal>

#include "api/signals.hpp"
#include "daemon/async/await.hpp"
#include "daemon/containers/service.hpp"
#include "libcontainer/base/log.hpp"

namespace hexad::containers {
namespace {

using boost::asio::awaitable;
using Milliseconds = std::chrono::milliseconds;

constexpr int kDefaultGraceSeconds = 10;
// After SIGKILL: the kernel needs a moment, more under load.
constexpr Milliseconds kKillWait{30'000};

// Until it has ended once more than `before`; false when the time is over.
awaitable<bool> wait_end(ContainerPtr container, std::uint64_t before,
                         std::optional<Milliseconds> timeout) {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    const auto seen = container->changed().version();
    if (container->ends().count != before) co_return true;
    std::optional<Milliseconds> left;
    if (timeout) {
      const auto gone =
          std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
      if (gone >= *timeout) co_return false;
      left = *timeout - gone;
    }
    co_await container->changed().wait(seen, left);
  }
}

}  // namespace

awaitable<Result<>> Service::stop(ContainerPtr container, std::optional<std::int64_t> timeout,
                                  std::optional<int> signo) {
  const auto definition = container->definition();
  int signal = SIGTERM;
  if (signo) {
    signal = *signo;
  } else if (!definition->config.stop_signal.empty()) {
    signal = api::parse_signal(definition->config.stop_signal).value_or(SIGTERM);
  }
  const std::int64_t grace =
      timeout.value_or(definition->config.stop_timeout.value_or(kDefaultGraceSeconds));

  const auto before = container->ends().count;
  auto ask = [this, container, signal]() -> Result<> {
    const State state = container->state();
    {
      const std::lock_guard lock(container->mutex_);
      container->stop_requested_ = true;
    }
    if (state == State::restarting) {
      // Between two runs: the timer finds another generation and lets be.
      ++container->generation_;
      set_state(*container, State::exited);
      return {};
    }
    if (!is_alive(state)) return fail(Code::not_modified, "container already stopped");
    return kill(*container, signal);
  };
  auto asked = co_await async::run_on(*container->lane(), deps_.io, std::move(ask));
  if (!asked) co_return asked;
  if (!is_alive(container->state())) co_return Result<>{};
  std::optional<Milliseconds> bound;
  if (grace >= 0) bound = Milliseconds(grace * 1000);
  bool over = co_await wait_end(container, before, bound);
  if (over) co_return Result<>{};

  auto force = [this, container]() -> Result<> {
    if (!is_alive(container->state())) return {};
    return kill(*container, SIGKILL);
  };
  auto forced = co_await async::run_on(*container->lane(), deps_.io, std::move(force));
  if (!forced) co_return forced;
  over = co_await wait_end(container, before, kKillWait);
  if (over) co_return Result<>{};
  co_return fail(
      Code::internal,
      "cannot stop container: {}: tried to kill container, but did not receive an exit event",
      container->id());
}

awaitable<Result<>> Service::restart(ContainerPtr container, std::optional<std::int64_t> timeout,
                                     std::optional<int> signo) {
  if (is_alive(container->state()) || container->state() == State::restarting) {
    auto stopped = co_await stop(container, timeout, signo);
    if (!stopped && stopped.error().code != Code::not_modified) co_return stopped;
  }
  auto start = [this, container]() -> Result<> {
    auto started = start_container(container);
    if (!started && started.error().code == Code::not_modified) return {};
    return started;
  };
  co_return co_await async::run_on(*container->lane(), deps_.io, std::move(start));
}

awaitable<Result<>> Service::remove_any(ContainerPtr container, bool force, bool volumes) {
  if (force && (is_alive(container->state()) || container->state() == State::restarting)) {
    const auto before = container->ends().count;
    auto end = [this, container]() -> Result<> {
      {
        const std::lock_guard lock(container->mutex_);
        container->stop_requested_ = true;
      }
      if (container->state() == State::restarting) {
        ++container->generation_;
        set_state(*container, State::exited);
      }
      if (!is_alive(container->state())) return {};
      if (container->state() == State::paused) (void)deps_.cgroups.thaw(container->id());
      return kill(*container, SIGKILL);
    };
    auto ended = co_await async::run_on(*container->lane(), deps_.io, std::move(end));
    if (!ended) co_return ended;
    bool over = !is_alive(container->state());
    if (!over) over = co_await wait_end(container, before, kKillWait);
    if (!over) co_return fail(Code::internal, "Could not kill container {}", container->id());
  }
  auto work = [this, container, volumes, force]() -> Result<> {
    auto removed = remove(container, volumes);
    // --rm was quicker than this request.
    if (!removed && force && removed.error().code == Code::not_found) return {};
    return removed;
  };
  co_return co_await async::run_on(*container->lane(), deps_.io, std::move(work));
}

}  // namespace hexad::containers
