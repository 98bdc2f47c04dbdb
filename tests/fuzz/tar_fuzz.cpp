// Archives as they come from anybody: the reader must end, refuse or go on, whatever the bytes.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "daemon/tar/decompress.hpp"
#include "daemon/tar/reader.hpp"

using namespace hexad;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::size_t at = 0;
  tar::SourceStream stream(
      [&](char* into, std::size_t room) -> Result<std::size_t> {
        const auto n = std::min(room, size - at);
        if (n != 0) std::memcpy(into, data + at, n);
        at += n;
        return n;
      },
      2048);
  const auto plain = tar::decompress(stream);
  if (!plain) return 0;
  tar::Reader reader(*plain->stream);
  tar::Entry entry;
  for (int members = 0; members < 1000; ++members) {
    const auto more = reader.next(entry);
    if (!more || !*more) break;
    for (int pieces = 0; pieces < 1000; ++pieces) {
      const auto piece = reader.data();
      if (!piece || piece->bytes.empty()) break;
      if (piece->offset < 0 ||
          piece->offset + static_cast<std::int64_t>(piece->bytes.size()) > entry.size)
        __builtin_trap();
    }
  }
  return 0;
}
