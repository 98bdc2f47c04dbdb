// The bridge between coroutines and blocking work: co_await run_on(...) hops to a pool or strand
// and comes back with the value; Signal wakes coroutines from any thread.
//
// g++ 12.2 destroys a temporary twice when it is an argument of an awaited call and owns
// something: name the job first, then std::move it in.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "daemon/async/pool.hpp"

namespace hexad::async {

// Executor: Pool or Strand. The job must not throw.
template <class Executor, class Job>
auto run_on(Executor& where, boost::asio::any_io_executor back, Job job)
    -> boost::asio::awaitable<std::invoke_result_t<Job>> {
  using T = std::invoke_result_t<Job>;
  static_assert(!std::is_void_v<T>, "let the job return a Result<>");
  // An ordinary function that returns the awaitable: see the note on g++ above.
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      [&where, back](auto handler, Job work) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        where.post([shared, back, work = std::move(work)]() mutable {
          auto value = std::make_shared<T>(work());
          boost::asio::post(back, [shared, value]() mutable { (*shared)(std::move(*value)); });
        });
      },
      boost::asio::use_awaitable, std::move(job));
}

// Something changed. Waiters remember the version they saw, so no wake-up is lost:
//   for (auto seen = s.version(); !done(); seen = s.version()) co_await s.wait(seen, timeout);
class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor io);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify();  // any thread
  [[nodiscard]] std::uint64_t version() const;
  // Asio thread only. Returns once version() != seen (true) or the time is over (false);
  // no timeout: waits for ever, or until the coroutine is cancelled.
  boost::asio::awaitable<bool> wait(std::uint64_t seen, std::optional<std::chrono::milliseconds> timeout = {});

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hexad::async
