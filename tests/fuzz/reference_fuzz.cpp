#include <cstdint>
#include <cstdlib>

#include "api/names.hpp"
#include "api/reference.hpp"
#include "api/signals.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::api;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_signal(text);
  (void)check_container_name(text);
  const auto reference = parse_reference(text);
  if (!reference) return 0;
  // Both spellings name the same image, and neither climbs out of a directory.
  const auto canonical = parse_reference(reference->canonical());
  if (!canonical || canonical->canonical() != reference->canonical()) std::abort();
  if (reference->canonical_name().find("..") != std::string::npos) std::abort();
  const auto familiar = parse_reference(reference->familiar());
  if (!familiar || familiar->canonical() != reference->canonical()) std::abort();
  return 0;
}
