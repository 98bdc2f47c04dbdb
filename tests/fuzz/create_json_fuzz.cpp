// POST /containers/create: whatever is accepted must be stored and read back the same.
#include <cstdint>
#include <cstdlib>

#include "api/json/container.hpp"
#include "api/json/exec.hpp"
#include "api/json/image.hpp"
#include "api/json/volume.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::api;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = decode_create(text)) {
    const auto once = encode(*request);
    const auto again = decode_create(once);
    if (!again || encode(*again) != once) std::abort();
    const auto host = decode_host_config(encode_host_config(request->host_config));
    if (!host || encode_host_config(*host) != encode_host_config(request->host_config))
      std::abort();
    const auto config = decode_config(encode_config(request->config));
    if (!config || config->labels != request->config.labels || config->env != request->config.env)
      std::abort();
  }
  (void)decode_exec_create(text);
  (void)decode_exec_start(text);
  (void)decode_volume_create(text);
  if (const auto config = decode_image_config(text)) {
    if (!decode_image_config(encode_image_config(*config))) std::abort();
  }
  (void)decode_container_list(text);
  (void)decode_image_list(text);
  if (const auto inspect = decode_container_inspect(text)) (void)encode(*inspect);
  return 0;
}
