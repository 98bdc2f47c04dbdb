#include "daemon/async/file_follow.hpp"

#include <sys/inotify.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libcontainer/base/unique_fd.hpp"

namespace hexad::async {
namespace asio = boost::asio;

namespace {
constexpr std::uint32_t kEvents =
    IN_MODIFY | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_ONLYDIR;
}  // namespace

struct FileFollow::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, UniqueFd fd)
      : io(executor), inotify(fd.get()), watched(executor, fd.release()) {}

  void wait();
  void collect();
  void notify(int number);
  void release(int number, const Signal* signal);

  const asio::any_io_executor io;
  const int inotify;
  asio::posix::stream_descriptor watched;  // owns the inotify descriptor
  std::mutex mutex;
  bool closed = false;
  // By watch number. The kernel gives one number per directory, however often it is asked.
  struct Directory {
    std::weak_ptr<Signal> signal;
    const Signal* which = nullptr;
  };
  std::unordered_map<int, Directory> directories;
};

void FileFollow::State::wait() {
  watched.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (error) return;
                       self->collect();
                       self->wait();
                     });
}

void FileFollow::State::collect() {
  alignas(inotify_event) std::array<char, 8192> buffer;
  const auto n = ::read(inotify, buffer.data(), buffer.size());
  int last = -1;
  for (std::size_t at = 0; n > 0 && at + sizeof(inotify_event) <= static_cast<std::size_t>(n);) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    at += sizeof event + event.len;
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      notify(-1);
    } else if (event.wd != last) {
      notify(event.wd);
      last = event.wd;
    }
  }
}

// -1: everybody, since events were lost.
void FileFollow::State::notify(int number) {
  std::vector<std::shared_ptr<Signal>> signals;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [key, directory] : directories) {
      if (number != -1 && key != number) continue;
      if (auto signal = directory.signal.lock()) signals.push_back(std::move(signal));
    }
  }
  for (const auto& signal : signals) signal->notify();
}

// Only if no new signal has taken the directory over meanwhile.
void FileFollow::State::release(int number, const Signal* signal) {
  const std::lock_guard lock(mutex);
  const auto at = directories.find(number);
  if (at == directories.end() || at->second.which != signal) return;
  directories.erase(at);
  if (!closed) ::inotify_rm_watch(inotify, number);
}

FileFollow::FileFollow(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<FileFollow>> FileFollow::start(asio::any_io_executor io) {
  UniqueFd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!fd) return sys_fail("inotify_init1");
  auto state = std::make_shared<State>(std::move(io), std::move(fd));
  state->wait();
  return std::unique_ptr<FileFollow>(new FileFollow(std::move(state)));
}

FileFollow::~FileFollow() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
  }
  asio::post(state_->io, [state = state_] {
    boost::system::error_code ignored;
    state->watched.close(ignored);
  });
}

Result<std::shared_ptr<Signal>> FileFollow::watch(const std::string& directory) {
  const std::lock_guard lock(state_->mutex);
  if (state_->closed) return fail(Code::unavailable, "the daemon is stopping");
  const int number = ::inotify_add_watch(state_->inotify, directory.c_str(), kEvents);
  if (number < 0) return sys_fail("watch {}", directory);
  auto& entry = state_->directories[number];
  if (auto signal = entry.signal.lock()) return signal;
  auto* made = new Signal(state_->io);
  std::shared_ptr<Signal> signal(made, [state = state_, number](Signal* gone) {
    state->release(number, gone);
    delete gone;
  });
  entry = {signal, made};
  return signal;
}

}  // namespace hexad::async
