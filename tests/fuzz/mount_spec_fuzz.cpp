#include <cstdint>
#include <cstdlib>

#include "api/mount_spec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::api;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (clean_path(clean_path(text)) != clean_path(text)) std::abort();
  const auto spec = parse_bind(text);
  if (!spec) return 0;
  const auto clean = [](const std::string& path) {
    return path.starts_with('/') && path != "/" && path.find("/../") == path.npos &&
           !path.ends_with("/..");
  };
  if (!clean(spec->target)) std::abort();
  if (!spec->volume && spec->source != "/" && !clean(spec->source)) std::abort();
  return 0;
}
