#include "daemon/tar/side.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace hexad::tar {

struct Side::Worker {
  static constexpr std::size_t kBlock = 256U << 10;
  static constexpr std::size_t kBlocks = 8;

  Work work;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::vector<char>> full, free_blocks;
  std::optional<Error> failed;
  std::size_t made = 1;
  bool ended = false;
  std::vector<char> filling;  // the pushing thread's own
  std::thread thread;

  explicit Worker(Work w) : work(std::move(w)) {
    filling.reserve(kBlock);
    thread = std::thread([this] { run(); });
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return ended || !full.empty(); });
      if (full.empty()) return;
      auto block = std::move(full.front());
      full.pop_front();
      if (!failed) {
        lock.unlock();
        auto done = work(std::string_view(block.data(), block.size()));
        lock.lock();
        if (!done) failed = std::move(done).error();
      }
      block.clear();
      free_blocks.push_back(std::move(block));
      wake.notify_all();
    }
  }

  Result<> hand_over() {
    std::unique_lock lock(mutex);
    full.push_back(std::move(filling));
    wake.notify_all();
    if (free_blocks.empty() && made < kBlocks) {
      ++made;
      filling = {};
      filling.reserve(kBlock);
    } else {
      wake.wait(lock, [this] { return !free_blocks.empty(); });
      filling = std::move(free_blocks.front());
      free_blocks.pop_front();
    }
    return outcome();
  }

  Result<> outcome() { return failed ? Result<>(tl::unexpect, *failed) : Result<>(); }

  void stop() {
    if (!thread.joinable()) return;
    {
      const std::lock_guard lock(mutex);
      if (!filling.empty()) full.push_back(std::move(filling));
      ended = true;
    }
    wake.notify_all();
    thread.join();
  }
};

Side::Side(Work work) : worker_(std::make_unique<Worker>(std::move(work))) {}
Side::~Side() { worker_->stop(); }

Result<> Side::push(std::string_view bytes) {
  auto& filling = worker_->filling;
  while (!bytes.empty()) {
    const auto n = std::min(bytes.size(), Worker::kBlock - filling.size());
    filling.insert(filling.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes.remove_prefix(n);
    if (filling.size() == Worker::kBlock) TRY(worker_->hand_over());
  }
  return {};
}

Result<> Side::finish() {
  worker_->stop();
  return worker_->outcome();
}

}  // namespace hexad::tar
