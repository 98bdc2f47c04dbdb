// The shim's event loop: epoll, and nothing else. One thread; handlers never block.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::shim {

class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher() = default;
  // EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR as epoll_wait(2) reports them.
  virtual void on_ready(std::uint32_t events) = 0;
};

class Loop {
 public:
  static Result<Loop> create();

  // Level-triggered. `events` of 0 still reports EPOLLHUP and EPOLLERR.
  Result<> add(int fd, std::uint32_t events, Watcher* watcher);
  void change(int fd, std::uint32_t events, Watcher* watcher);
  void remove(int fd);
  // Waits at most timeout_ms (-1: for ever) and calls the handlers.
  Result<> run_once(int timeout_ms);
  // A handler may end its own object: it lives on until all events of this round are handled, and
  // gets no more of them.
  void bury(std::unique_ptr<Watcher> watcher);

 private:
  UniqueFd epoll_;
  std::vector<std::unique_ptr<Watcher>> buried_;
};

}  // namespace hexad::shim
