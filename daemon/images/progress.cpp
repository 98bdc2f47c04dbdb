#include "daemon/images/progress.hpp"

#include "api/json/value.hpp"

namespace hexad::images {

namespace {

using api::json::Value;

std::string object(Value::Object members) { return api::json::dump(Value(std::move(members))); }
Value text(std::string_view s) { return Value(std::string(s)); }

}  // namespace

std::string stream_line(std::string_view s) {
  Value::Object o;
  o.emplace_back("stream", text(s));
  return object(std::move(o));
}

std::string status_line(std::string_view s) {
  Value::Object o;
  o.emplace_back("status", text(s));
  return object(std::move(o));
}

std::string error_line(std::string_view s) {
  Value::Object detail, o;
  detail.emplace_back("message", text(s));
  o.emplace_back("errorDetail", Value(std::move(detail)));
  o.emplace_back("error", text(s));
  return object(std::move(o));
}

Result<> LayerProgress::at(std::int64_t bytes) {
  if (quiet_ || bytes == told_) return {};
  const auto now = std::chrono::steady_clock::now();
  if (bytes != total_ && told_ >= 0 && now - last_ < std::chrono::milliseconds(100)) return {};
  last_ = now;
  told_ = bytes;
  Value::Object detail, o;
  detail.emplace_back("current", Value(bytes));
  detail.emplace_back("total", Value(total_));
  o.emplace_back("status", text("Loading layer"));
  o.emplace_back("progressDetail", Value(std::move(detail)));
  o.emplace_back("id", text(id_));
  return progress_(object(std::move(o)));
}

}  // namespace hexad::images
