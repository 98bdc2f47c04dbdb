#include <cstdint>
#include <cstdlib>

#include "api/duration.hpp"
#include "api/ports.hpp"
#include "api/units.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::api;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto published = parse_publish(text)) {
    // What the client makes, the daemon takes; except for port 0 of a container.
    for (const auto& [key, binding] : *published) {
      if (!key.starts_with("0/") && !parse_binding(key, binding)) std::abort();
    }
  }
  (void)parse_expose(text);
  (void)parse_port(text);
  if (const auto duration = parse_duration(text)) {
    const auto again = parse_duration(format_duration(*duration));
    if (!again || *again != *duration) std::abort();
  }
  (void)parse_timestamp(text, 0);
  if (const auto bytes = parse_size(text)) (void)human_size(static_cast<double>(*bytes));
  return 0;
}
