// manifest.json, OCI indexes and manifests, and Dockerfile lines, by the first byte.
#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/images/changes.hpp"
#include "daemon/images/documents.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::images;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: static_cast<void>(parse_saved(text)); break;
    case 1: static_cast<void>(parse_index(text)); break;
    case 2: static_cast<void>(parse_manifest(text)); break;
    default: {
      hexad::api::ImageConfig config;
      static_cast<void>(apply_changes({text}, config));
    }
  }
  return 0;
}
