// Bytes that arrive piece by piece, blocking. Nothing here holds more than one piece, so an
// archive of any size passes through a fixed amount of memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::tar {

// As a request's body gives its bytes: how many were put into `into`, 0 at the end.
using Source = std::function<Result<std::size_t>(char* into, std::size_t size)>;

class Stream {
 public:
  virtual ~Stream() = default;
  // The next bytes, valid until the next call; empty at the end and ever after.
  virtual Result<std::string_view> next() = 0;
};

// A Source in pieces of at most `block` bytes. Short reads are gathered until a piece is at
// least half full, so that what follows works on large pieces also behind a small socket buffer.
class SourceStream : public Stream {
 public:
  explicit SourceStream(Source source, std::size_t block = 512U << 10)
      : source_(std::move(source)), buffer_(block) {}
  Result<std::string_view> next() override;

 private:
  Source source_;
  std::vector<char> buffer_;
  bool ended_ = false;
};

// Shows each piece to `tap` on its way (hashing, writing a copy, counting).
class TapStream : public Stream {
 public:
  using Tap = std::function<Result<>(std::string_view)>;
  TapStream(Stream& inner, Tap tap) : inner_(inner), tap_(std::move(tap)) {}
  Result<std::string_view> next() override;

 private:
  Stream& inner_;
  Tap tap_;
};

// Reads what is left and throws it away.
Result<> drain(Stream& stream);

}  // namespace hexad::tar
