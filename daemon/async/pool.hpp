// Where blocking work runs. One Asio thread serves all sessions; a Pool of a few threads runs
// services; a Strand runs the jobs of one container in order without parking a thread for those
// that wait.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace hexad::async {

class Pool {
 public:
  // `name` is the threads' name in ps -L (15 characters).
  Pool(unsigned threads, const char* name);
  ~Pool();  // runs what was posted, then joins
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  void post(std::function<void()> job);

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
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
