// What was read from a connection and not used yet: flat, from 2 KiB, grown as needed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace hexad::http {

class Buffer {
 public:
  // Room for a header at its limit and the start of what follows.
  static constexpr std::size_t kMost = (64U << 10) + 4096;

  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::string_view data() const { return {bytes_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  std::string take() {
    std::string out(data());
    begin_ = end_ = 0;
    return out;
  }
  // At least `least` free bytes at the end unless the buffer is at kMost; the room may be 0 then.
  struct Room {
    char* at;
    std::size_t size;
  };
  Room room(std::size_t least);
  void filled(std::size_t n) { end_ += n; }
  // Between requests: a large buffer goes.
  void relax() {
    if (empty() && capacity_ > kStart * 4) {
      bytes_.reset();
      capacity_ = 0;
    }
  }

 private:
  static constexpr std::size_t kStart = 2048;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

inline Buffer::Room Buffer::room(std::size_t least) {
  if (capacity_ - end_ < least) {
    const auto used = end_ - begin_;
    if (capacity_ - used >= least) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    } else if (capacity_ < kMost) {
      const auto size = std::min(kMost, std::max({kStart, capacity_ * 2, used + least}));
      std::unique_ptr<char[]> grown(new char[size]);
      if (used > 0) std::memcpy(grown.get(), bytes_.get() + begin_, used);
      bytes_ = std::move(grown);
      capacity_ = size;
    } else if (used > 0 && begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    }
    begin_ = 0;
    end_ = used;
  }
  return {bytes_.get() + end_, capacity_ - end_};
}

}  // namespace hexad::http
