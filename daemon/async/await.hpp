// The bridge between coroutines and blocking work: co_await run_on(...) hops to a pool or strand
// and comes back with the value; Signal wakes coroutines from any thread.
//
// g++ 12.2 destroys a temporary twice when it is an argument of an awaited call and owns
// something: name the job first, then std::move it in.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "daemon/async/pool.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::async {

// The job's value; an exception becomes an Error where the job returns a Result. Elsewhere it
// must not throw.
template <class Job>
auto run_caught(Job& job) -> std::invoke_result_t<Job&> {
  using T = std::invoke_result_t<Job&>;
  if constexpr (std::is_constructible_v<T, tl::unexpected<Error>>) {
    try {
      return job();
    } catch (const std::exception& e) {
      return fail(Code::internal, "{}", e.what());
    } catch (...) {
      return fail(Code::internal, "unknown exception");
    }
  } else {
    return job();
  }
}

namespace detail {

template <class Post, class Job>
auto run_by(Post post, boost::asio::any_io_executor back, Job job)
    -> boost::asio::awaitable<std::invoke_result_t<Job&>> {
  using T = std::invoke_result_t<Job&>;
  static_assert(!std::is_void_v<T>, "let the job return a Result<>");
  // An ordinary function that returns the awaitable: see the note on g++ above.
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      [post = std::move(post), back](auto handler, Job work) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        post([shared = std::move(shared), back, work = std::move(work)]() mutable {
          auto value = std::make_shared<T>(run_caught(work));
          // The handler leaves this thread for good: it must be destroyed on the Asio thread.
          boost::asio::post(back, [shared = std::move(shared), value = std::move(value)]() mutable {
            auto h = std::move(*shared);
            std::move(h)(std::move(*value));
          });
        });
      },
      boost::asio::use_awaitable, std::move(job));
}

}  // namespace detail

// Not cancellable: the job runs to its end. The pool must outlive the call.
template <class Job>
auto run_on(Pool& where, boost::asio::any_io_executor back, Job job) {
  return detail::run_by([&where](auto work) { where.post(std::move(work)); }, std::move(back),
                        std::move(job));
}
template <class Job>
auto run_on(std::shared_ptr<Strand> where, boost::asio::any_io_executor back, Job job) {
  return detail::run_by([where = std::move(where)](auto work) { where->post(std::move(work)); },
                        std::move(back), std::move(job));
}
template <class Job>
auto run_on(Strand& where, boost::asio::any_io_executor back, Job job) {
  return run_on(where.shared_from_this(), std::move(back), std::move(job));
}

// Something changed. Waiters remember the version they saw, so no wake-up is lost:
//   for (auto seen = s.version(); !done(); seen = s.version()) co_await s.wait(seen, timeout);
class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor io);
  ~Signal();  // wakes who still waits
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify();  // any thread
  [[nodiscard]] std::uint64_t version() const;
  // Asio thread only. Returns once version() != seen (true) or the time is over (false);
  // no timeout: waits for ever, or until the coroutine is cancelled (then the next co_await of
  // the caller throws, as Asio has it).
  boost::asio::awaitable<bool> wait(std::uint64_t seen,
                                    std::optional<std::chrono::milliseconds> timeout = {});

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hexad::async
