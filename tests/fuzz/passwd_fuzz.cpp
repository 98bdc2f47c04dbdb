// /etc/passwd and /etc/group belong to the container: input is "user\n\npasswd\n\ngroup".
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libcontainer/process/user.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto next = [&rest] {
    const auto end = rest.find("\n\n");
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    return part;
  };
  const auto user = next(), passwd = next(), group = next();
  const auto who = hexad::process::resolve_user(user, {"wheel", "7"}, passwd, group);
  if (who && who->groups.empty()) std::abort();
  return 0;
}
