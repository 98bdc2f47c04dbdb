// The bytes at once and in pieces must give the same streams.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "api/stream_frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad;
  using namespace hexad::api;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto decode = [&](std::size_t step, std::map<StreamKind, std::string>& out) {
    FrameDecoder decoder;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      const auto fed = decoder.feed(bytes.substr(at, step),
                                    [&](StreamKind kind, std::string_view part) -> Result<> {
                                      out[kind] += part;
                                      return {};
                                    });
      if (!fed) return false;
    }
    return decoder.complete();
  };
  std::map<StreamKind, std::string> whole, pieces;
  const bool first = decode(size == 0 ? 1 : size, whole);
  const bool second = decode(3, pieces);
  if (first != second || whole != pieces) std::abort();
  return 0;
}
