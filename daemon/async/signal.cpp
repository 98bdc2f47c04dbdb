#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <vector>

#include "daemon/async/await.hpp"

namespace hexad::async {
namespace asio = boost::asio;

struct Signal::State {
  explicit State(asio::any_io_executor executor) : io(std::move(executor)) {}
  const asio::any_io_executor io;
  std::mutex mutex;
  std::uint64_t version = 0;
  bool posted = false;                      // a wake-up is on its way to the Asio thread
  std::size_t waiting = 0;                  // guarded by the mutex
  std::vector<asio::steady_timer*> timers;  // Asio thread only
};

Signal::Signal(asio::any_io_executor io) : state_(std::make_shared<State>(std::move(io))) {}

Signal::~Signal() { notify(); }

void Signal::notify() {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->version;
    if (state_->waiting == 0 || std::exchange(state_->posted, true)) return;
  }
  asio::post(state_->io, [state = state_] {
    {
      const std::lock_guard lock(state->mutex);
      state->posted = false;
    }
    for (auto* timer : state->timers) timer->cancel();
  });
}

std::uint64_t Signal::version() const {
  const std::lock_guard lock(state_->mutex);
  return state_->version;
}

namespace {

// Registers a timer for as long as it lives.
template <class State>
class Waiting {
 public:
  Waiting(State& state, asio::steady_timer& timer) : state_(state), timer_(timer) {
    state_.timers.push_back(&timer_);
  }
  ~Waiting() {
    std::erase(state_.timers, &timer_);
    const std::lock_guard lock(state_.mutex);
    --state_.waiting;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  State& state_;
  asio::steady_timer& timer_;
};

}  // namespace

asio::awaitable<bool> Signal::wait(std::uint64_t seen,
                                   std::optional<std::chrono::milliseconds> timeout) {
  const auto state = state_;  // the Signal may go while we wait
  {
    const std::lock_guard lock(state->mutex);
    if (state->version != seen) co_return true;
    ++state->waiting;
  }
  asio::steady_timer timer(state->io);
  const Waiting<State> waiting(*state, timer);
  if (timeout) {
    timer.expires_after(*timeout);
  } else {
    timer.expires_at(asio::steady_timer::time_point::max());
  }
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  const std::lock_guard lock(state->mutex);
  co_return state->version != seen;
}

}  // namespace hexad::async
