// Request target, query and version prefix; then the router.
#include <cstdint>
#include <cstdlib>

#include "daemon/http/router.hpp"
#include "daemon/http/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::http;
  static const Router router({
      unary("GET", "/containers/json", nullptr),
      unary("GET", "/containers/{id}/json", nullptr),
      unary("GET", "/images/{name:.*}/json", nullptr),
  });
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = parse_target(text);
  if (!target) return 0;
  if (!target->path.starts_with('/') || target->path.find('\0') != std::string::npos) std::abort();
  (void)check_version(target->version);
  const auto match = router.find("GET", target->path);
  if (match) {
    for (const auto& [name, value] : match->params) {
      if (value.empty() || target->path.find(value) == std::string::npos) std::abort();
      if (name == "id" && value.find('/') != std::string::npos) std::abort();
    }
  }
  return 0;
}
