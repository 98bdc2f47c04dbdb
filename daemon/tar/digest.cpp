#include "daemon/tar/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "libcontainer/base/strings.hpp"

namespace hexad::tar {

struct Sha256::Context {
  ::EVP_MD_CTX* md = ::EVP_MD_CTX_new();
  Context() { ::EVP_DigestInit_ex(md, ::EVP_sha256(), nullptr); }
  ~Context() { ::EVP_MD_CTX_free(md); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  ::EVP_DigestUpdate(context_->md, bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> out{};
  unsigned size = 0;
  ::EVP_DigestFinal_ex(context_->md, out.data(), &size);
  return hex(std::string_view(reinterpret_cast<const char*>(out.data()), out.size()));
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.finish();
}

struct SideSha256::Worker {
  static constexpr std::size_t kBlock = 256U << 10;
  static constexpr std::size_t kBlocks = 8;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::vector<char>> full, free_blocks;
  std::vector<char> filling;  // the producer's own
  std::size_t made = 0;
  bool ended = false;
  Sha256 sha;
  std::thread thread;

  Worker() {
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
      lock.unlock();
      sha.update(std::string_view(block.data(), block.size()));
      block.clear();
      lock.lock();
      free_blocks.push_back(std::move(block));
      wake.notify_all();
    }
  }

  void hand_over() {
    std::unique_lock lock(mutex);
    full.push_back(std::move(filling));
    wake.notify_all();
    if (free_blocks.empty() && made + 1 < kBlocks) {
      ++made;
      filling = {};
      filling.reserve(kBlock);
      return;
    }
    wake.wait(lock, [this] { return !free_blocks.empty(); });
    filling = std::move(free_blocks.front());
    free_blocks.pop_front();
  }

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

SideSha256::SideSha256() : worker_(std::make_unique<Worker>()) {}
SideSha256::~SideSha256() { worker_->stop(); }

void SideSha256::update(std::string_view bytes) {
  auto& filling = worker_->filling;
  while (!bytes.empty()) {
    const auto n = std::min(bytes.size(), Worker::kBlock - filling.size());
    filling.insert(filling.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes.remove_prefix(n);
    if (filling.size() == Worker::kBlock) worker_->hand_over();
  }
}

std::string SideSha256::finish() {
  worker_->stop();
  return worker_->sha.finish();
}

}  // namespace hexad::tar
