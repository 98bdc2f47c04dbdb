#include "api/error_body.hpp"

#include "api/json/parts.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::api {

std::string error_body(std::string_view message) {
  json::Writer w;
  w.open();
  w.field("message", message);
  w.close();
  return w.take();
}

std::string error_message(std::string_view body) {
  if (const auto value = json::parse(body)) {
    const auto* message = value->find("message");
    if (message != nullptr && message->string() != nullptr) return *message->string();
  }
  return std::string(trim(body));
}

}  // namespace hexad::api
