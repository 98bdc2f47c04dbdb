// The frames of streams without a terminal: a byte for the stream (0 stdin, 1 stdout, 2 stderr,
// 3 an error of the daemon), three zeros, the length as 32 bits big endian, then the bytes.
// Docker API, "Stream format" of ContainerAttach.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::api {

enum class StreamKind : std::uint8_t { stdin_ = 0, stdout_ = 1, stderr_ = 2, system = 3 };

inline constexpr std::size_t kFrameHeader = 8;

std::array<char, kFrameHeader> frame_header(StreamKind kind, std::uint32_t length);
// Header and bytes as one string.
std::string frame(StreamKind kind, std::string_view bytes);

// Takes the bytes as they come in, in pieces of any size, and hands on payloads as they come;
// a frame may be handed on in several pieces, nothing is collected.
class FrameDecoder {
 public:
  using Sink = std::function<Result<>(StreamKind, std::string_view)>;
  // An unknown stream is Code::internal; an error of `sink` is handed on.
  Result<> feed(std::string_view bytes, const Sink& sink);
  // The stream may end here: no frame is half read.
  [[nodiscard]] bool complete() const { return have_ == 0 && left_ == 0; }

 private:
  std::array<char, kFrameHeader> header_{};
  std::size_t have_ = 0;    // of the header
  std::uint32_t left_ = 0;  // of the payload
  StreamKind kind_ = StreamKind::stdout_;
};

}  // namespace hexad::api
