// Datagrams of rtnetlink: whatever their lengths claim, nothing outside is read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "libcontainer/net/batch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<hexad::net::AckState> states(4);
  const auto bytes = std::as_bytes(std::span(data, size));
  const std::size_t fresh = hexad::net::read_acks(bytes, 1, states);
  std::size_t answered = 0;
  for (const auto& s : states) {
    if (s.answered) ++answered;
    if (s.error < 0 || s.error >= 4096) std::abort();
    if (s.detail.size() > size) std::abort();
  }
  if (fresh != answered) std::abort();
  return 0;
}
