// The decoder of everything that daemon, shim and init say to each other: whatever it accepts has
// to survive being encoded and decoded once more.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libcontainer/shim/messages.hpp"

namespace {

template <class T>
void check(std::string_view bytes) {
  const auto value = hexad::process::decode<T>(bytes);
  if (!value) return;
  const auto again = hexad::process::decode<T>(hexad::process::encode(*value));
  if (!again || hexad::process::encode(*again) != hexad::process::encode(*value)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0: check<hexad::shim::StartRequest>(bytes); break;
    case 1: check<hexad::shim::ExecRequest>(bytes); break;
    case 2: check<hexad::shim::AttachRequest>(bytes); break;
    case 3: check<hexad::shim::Status>(bytes); break;
    case 4: check<hexad::process::Failure>(bytes); break;
    case 5: check<hexad::shim::Resize>(bytes); break;
    case 6: check<hexad::shim::Exit>(bytes); break;
    default: check<hexad::process::ContainerSpec>(bytes); break;
  }
  return 0;
}
