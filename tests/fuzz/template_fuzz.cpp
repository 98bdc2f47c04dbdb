// --format templates: parsing and running never crash, and a template that parses runs to an end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/templates/template.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hexad::client;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Json kDocument =
      parse_json(
          R"({"Id":"0123","A":{"B":[1,2.5,"x",null,true]},"Labels":{"k":"v"},"Ports":{"80/tcp":null}})")
          .value();
  const auto parsed = templates::Template::parse(text);
  if (!parsed) return 0;
  templates::Data run;
  run.root = templates::Value::of(kDocument);
  std::string out;
  (void)parsed->execute(run, out);
  run.header = true;
  out.clear();
  (void)parsed->execute(run, out);
  (void)parsed->mentions("Size");
  return 0;
}
