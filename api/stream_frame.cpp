#include "api/stream_frame.hpp"

#include <algorithm>
#include <cstring>

namespace hexad::api {

std::array<char, kFrameHeader> frame_header(StreamKind kind, std::uint32_t length) {
  const auto byte = [&](int shift) { return static_cast<char>((length >> shift) & 0xFF); };
  return {static_cast<char>(kind), 0, 0, 0, byte(24), byte(16), byte(8), byte(0)};
}

std::string frame(StreamKind kind, std::string_view bytes) {
  const auto header = frame_header(kind, static_cast<std::uint32_t>(bytes.size()));
  std::string out(header.begin(), header.end());
  out += bytes;
  return out;
}

Result<> FrameDecoder::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (left_ == 0) {
      const auto take = std::min(kFrameHeader - have_, bytes.size());
      std::memcpy(header_.data() + have_, bytes.data(), take);
      have_ += take;
      bytes.remove_prefix(take);
      if (have_ < kFrameHeader) return {};
      have_ = 0;
      const auto byte = [&](std::size_t i) {
        return std::uint32_t{static_cast<unsigned char>(header_[i])};
      };
      if (byte(0) > 3) return fail(Code::internal, "unrecognized stream: {}", byte(0));
      kind_ = static_cast<StreamKind>(byte(0));
      left_ = byte(4) << 24 | byte(5) << 16 | byte(6) << 8 | byte(7);
      continue;
    }
    const auto piece = bytes.substr(0, left_);
    left_ -= static_cast<std::uint32_t>(piece.size());
    bytes.remove_prefix(piece.size());
    TRY(sink(kind_, piece));
  }
  return {};
}

}  // namespace hexad::api
