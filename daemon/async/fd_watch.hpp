// Calls back when a descriptor becomes readable or hangs up: shim connections, pidfds. All
// watched descriptors sit in one epoll set, which the Asio thread watches; the descriptors
// themselves stay as they are (Asio would make them non-blocking) and stay the caller's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "libcontainer/base/result.hpp"

namespace hexad::async {

class FdWatcher {
 public:
  // Where a callback runs, e.g. [strand](auto job) { strand->post(std::move(job)); }.
  using Post = std::function<void(std::function<void()>)>;
  // True: watch on. False: the watch is over. Never runs twice at a time.
  using Ready = std::function<bool()>;

  // Ends the watch when it goes. A callback that has already been posted does nothing any more;
  // one that is running runs to its end.
  class Watch {
   public:
    Watch() noexcept = default;
    Watch(Watch&&) noexcept = default;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();
    void cancel() noexcept;
    [[nodiscard]] explicit operator bool() const noexcept { return entry_ != nullptr; }

   private:
    friend class FdWatcher;
    struct Entry;
    std::shared_ptr<Entry> entry_;
  };

  static Result<std::unique_ptr<FdWatcher>> start(boost::asio::any_io_executor io);
  ~FdWatcher();
  FdWatcher(const FdWatcher&) = delete;
  FdWatcher& operator=(const FdWatcher&) = delete;

  // Any thread. `fd` must stay open until the Watch has gone. Level triggered: a callback that
  // returns true and leaves bytes unread is called again.
  Result<Watch> add(int fd, Post post, Ready ready);

 private:
  struct State;
  explicit FdWatcher(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace hexad::async
