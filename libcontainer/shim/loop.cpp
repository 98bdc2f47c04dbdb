#include "libcontainer/shim/loop.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

namespace hexad::shim {

Result<Loop> Loop::create() {
  Loop loop;
  loop.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!loop.epoll_) return sys_fail("epoll_create1");
  return loop;
}

Result<> Loop::add(int fd, std::uint32_t events, Watcher* watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watcher;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return sys_fail("epoll_ctl");
  return {};
}

void Loop::change(int fd, std::uint32_t events, Watcher* watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watcher;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Loop::remove(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

Result<> Loop::run_once(int timeout_ms) {
  std::array<epoll_event, 32> events;
  const int n =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  if (n < 0) {
    if (errno == EINTR) return {};
    return sys_fail("epoll_wait");
  }
  for (int i = 0; i < n; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    auto* watcher = static_cast<Watcher*>(event.data.ptr);
    const bool gone = std::any_of(buried_.begin(), buried_.end(),
                                  [watcher](const auto& one) { return one.get() == watcher; });
    if (!gone) watcher->on_ready(event.events);
  }
  buried_.clear();
  return {};
}

void Loop::bury(std::unique_ptr<Watcher> watcher) { buried_.push_back(std::move(watcher)); }

}  // namespace hexad::shim
