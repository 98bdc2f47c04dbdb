// Where blocking work runs. One Asio thread serves all sessions; a Pool of a few threads runs
// services; a Strand runs the jobs of one container in order without parking a thread for those
// that wait.
#pragma once

#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace hexad::async {

// Threads are started when there is work for them, at most `threads`, and end after half a
// minute without any, so that an idle daemon keeps none. They block all signals. A job that
// throws is logged and forgotten.
class Pool {
 public:
  // `name` is the threads' name in ps -L (15 characters).
  Pool(unsigned threads, const char* name);
  ~Pool();  // runs what was posted, then waits for the threads
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  void post(std::function<void()> job);
  // Jobs that wait and jobs that run.
  [[nodiscard]] std::size_t pending() const;

 private:
  static void* entry(void* self);
  void run();
  void start_thread();
  const unsigned limit_;
  const std::string name_;
  mutable std::mutex mutex_;
  std::condition_variable wake_, ended_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  unsigned threads_ = 0, idle_ = 0;
};

class Strand : public std::enable_shared_from_this<Strand> {
 public:
  explicit Strand(Pool& pool) : pool_(pool) {}
  void post(std::function<void()> job);

 private:
  void drain();
  Pool& pool_;
  std::mutex mutex_;
  std::deque<std::function<void()>> jobs_;
  bool busy_ = false;
};

}  // namespace hexad::async
