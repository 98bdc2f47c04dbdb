#include "daemon/async/pool.hpp"

#include <csignal>
#include <exception>
#include <utility>

#include "libcontainer/base/log.hpp"

namespace hexad::async {
namespace {

constexpr auto kIdleEnd = std::chrono::seconds(30);
// Enough for libarchive, SQLite and a JSON of the depth we accept; sanitizers need more.
constexpr std::size_t kStack = 2U << 20;

void guarded(const std::function<void()>& job) {
  try {
    job();
  } catch (const std::exception& e) {
    log::error("a job threw: {}", e.what());
  } catch (...) {
    log::error("a job threw something unknown");
  }
}

}  // namespace

Pool::Pool(unsigned threads, const char* name) : limit_(threads == 0 ? 1 : threads), name_(name) {}

Pool::~Pool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
  ended_.wait(lock, [this] { return threads_ == 0; });
}

void Pool::post(std::function<void()> job) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (idle_ < jobs_.size() && threads_ < limit_) {
      start_thread();
    } else {
      wake = idle_ > 0;
    }
  }
  // After the lock is released, or the woken thread would run into it.
  if (wake) wake_.notify_one();
}

std::size_t Pool::pending() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() + (threads_ - idle_);
}

// Called with the mutex held. When no thread can be made, those that run take the job later.
void Pool::start_thread() {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStack);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread{};
  const int error = ::pthread_create(&thread, &attributes, &Pool::entry, this);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_attr_destroy(&attributes);
  if (error == 0) {
    ++threads_;
    ::pthread_setname_np(thread, name_.substr(0, 15).c_str());
  } else {
    log::error("{}: cannot start a thread: {}", name_, error);
    wake_.notify_one();
  }
}

void* Pool::entry(void* self) {
  static_cast<Pool*>(self)->run();
  return nullptr;
}

void Pool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    const bool woken =
        wake_.wait_for(lock, kIdleEnd, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) {
      if (!woken || stopping_) break;
      continue;
    }
    {
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      guarded(job);
    }  // what the job owned is gone before the lock is taken
    lock.lock();
  }
  --threads_;
  // Under the lock: the destructor may free the condition variable as soon as it is released.
  ended_.notify_all();
}

void Strand::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (std::exchange(busy_, true)) return;
  }
  pool_.post([self = shared_from_this()] { self->drain(); });
}

// One job a turn, so that a long queue of one container does not keep a thread from others.
void Strand::drain() {
  {
    std::unique_lock lock(mutex_);
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    guarded(job);
  }
  const std::lock_guard lock(mutex_);
  busy_ = !jobs_.empty();
  if (busy_) pool_.post([self = shared_from_this()] { self->drain(); });
}

}  // namespace hexad::async
