// The config of an image, and what is written of it again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/images/documents.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = hexad::images::parse_config({reinterpret_cast<const char*>(data), size});
  if (file && !hexad::images::parse_config(hexad::images::write_config(*file))) __builtin_trap();
  return 0;
}
