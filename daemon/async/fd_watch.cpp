#include "daemon/async/fd_watch.hpp"

#include <sys/epoll.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "libcontainer/base/log.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::async {
namespace asio = boost::asio;

struct FdWatcher::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor io, UniqueFd set) : epoll(set.get()), watched(io, set.release()) {}

  void wait();
  void collect();
  void run(const std::shared_ptr<Watch::Entry>& entry);
  bool arm(const Watch::Entry& entry, int operation) const;

  const int epoll;
  asio::posix::stream_descriptor watched;  // owns the epoll set
  std::mutex mutex;
  bool closed = false;
  std::uint64_t next = 1;
  std::unordered_map<std::uint64_t, std::shared_ptr<Watch::Entry>> entries;
};

struct FdWatcher::Watch::Entry {
  std::weak_ptr<State> state;
  std::uint64_t key = 0;
  int fd = -1;
  Post post;
  Ready ready;
  bool live = true;  // guarded by the state's mutex
};

// EPOLLONESHOT: nothing more until the callback has ended. epoll_ctl(2)
bool FdWatcher::State::arm(const Watch::Entry& entry, int operation) const {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
  event.data.u64 = entry.key;
  return ::epoll_ctl(epoll, operation, entry.fd, &event) == 0;
}

void FdWatcher::State::wait() {
  watched.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (error) return;
                       self->collect();
                       self->wait();
                     });
}

void FdWatcher::State::collect() {
  std::array<epoll_event, 32> events{};
  const int n = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < n; ++i) {
    std::shared_ptr<Watch::Entry> entry;
    {
      const std::lock_guard lock(mutex);
      const auto at = entries.find(events[static_cast<std::size_t>(i)].data.u64);
      if (at == entries.end()) continue;
      entry = at->second;
    }
    entry->post([self = shared_from_this(), entry] { self->run(entry); });
  }
}

void FdWatcher::State::run(const std::shared_ptr<Watch::Entry>& entry) {
  {
    const std::lock_guard lock(mutex);
    if (!entry->live) return;
  }
  const bool again = entry->ready();
  const std::lock_guard lock(mutex);
  if (!entry->live) return;
  if (again && arm(*entry, EPOLL_CTL_MOD)) return;
  if (again) log::error("watch of descriptor {} is lost: errno {}", entry->fd, errno);
  ::epoll_ctl(epoll, EPOLL_CTL_DEL, entry->fd, nullptr);
  entry->live = false;
  entries.erase(entry->key);
}

void FdWatcher::Watch::cancel() noexcept {
  const auto entry = std::move(entry_);
  if (!entry) return;
  const auto state = entry->state.lock();
  if (!state) return;
  const std::lock_guard lock(state->mutex);
  if (!std::exchange(entry->live, false)) return;
  if (!state->closed) ::epoll_ctl(state->epoll, EPOLL_CTL_DEL, entry->fd, nullptr);
  state->entries.erase(entry->key);
}

FdWatcher::Watch::~Watch() { cancel(); }

FdWatcher::Watch& FdWatcher::Watch::operator=(Watch&& other) noexcept {
  if (this != &other) {
    cancel();
    entry_ = std::move(other.entry_);
  }
  return *this;
}

FdWatcher::FdWatcher(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<FdWatcher>> FdWatcher::start(asio::any_io_executor io) {
  UniqueFd set(::epoll_create1(EPOLL_CLOEXEC));
  if (!set) return sys_fail("epoll_create1");
  auto state = std::make_shared<State>(std::move(io), std::move(set));
  state->wait();
  return std::unique_ptr<FdWatcher>(new FdWatcher(std::move(state)));
}

FdWatcher::~FdWatcher() {
  decltype(state_->entries) ended;  // destroyed without the lock: callbacks may own watches
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    for (auto& [key, entry] : state_->entries) entry->live = false;
    ended.swap(state_->entries);
  }
  // The descriptor belongs to the Asio thread; closing it there ends the wait.
  asio::post(state_->watched.get_executor(), [state = state_] {
    boost::system::error_code ignored;
    state->watched.close(ignored);
  });
}

Result<FdWatcher::Watch> FdWatcher::add(int fd, Post post, Ready ready) {
  auto entry = std::make_shared<Watch::Entry>();
  entry->state = state_;
  entry->fd = fd;
  entry->post = std::move(post);
  entry->ready = std::move(ready);
  const std::lock_guard lock(state_->mutex);
  entry->key = state_->next++;
  if (!state_->arm(*entry, EPOLL_CTL_ADD)) return sys_fail("epoll_ctl add {}", fd);
  state_->entries.emplace(entry->key, entry);
  Watch watch;
  watch.entry_ = std::move(entry);
  return watch;
}

}  // namespace hexad::async
