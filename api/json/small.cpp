#include "api/json/small.hpp"

#include "api/json/parts.hpp"

namespace hexad::api {
namespace {

// Lets a whole document be read as the member "v" of an object.
template <class T>
Result<T> decode_whole(std::string_view text) {
  auto parsed = TRY(json::parse(text));
  json::Value::Object wrapped;
  wrapped.emplace_back("v", std::move(parsed));
  const json::Value object{json::Value::Data(std::move(wrapped))};
  json::Problem problem;
  T out;
  json::Reader(&object, problem, "").get("v", out);
  TRY(problem.result());
  return out;
}

template <class T>
std::string encode_whole(const T& value) {
  json::Writer w;
  w.value(value);
  return w.take();
}

}  // namespace

std::string encode_string_map(const StringMap& map) { return encode_whole(map); }
Result<StringMap> decode_string_map(std::string_view text) { return decode_whole<StringMap>(text); }
std::string encode_strings(const Strings& list) { return encode_whole(list); }
Result<Strings> decode_strings(std::string_view text) { return decode_whole<Strings>(text); }

std::string quote_json(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

}  // namespace hexad::api
