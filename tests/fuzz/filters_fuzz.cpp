#include <cstdint>
#include <cstdlib>

#include "api/filters.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::api;
  const auto filters = parse_filters({reinterpret_cast<const char*>(data), size});
  if (!filters) return 0;
  if (!parse_filters(encode_filters(*filters))) std::abort();
  const std::map<std::string, std::string> labels{{"a", "b"}, {"c", ""}};
  for (const auto& [name, values] : filters->values) {
    (void)filters->match_name(name, "/some_container-name.1");
    (void)filters->labels(name, labels);
    (void)filters->not_labels(name, labels);
    (void)filters->boolean(name, true);
    (void)filters->prefix(name, "0123456789abcdef");
  }
  (void)filters->only({"name", "label"});
  return 0;
}
