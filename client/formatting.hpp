// --format for lists and single objects: table, json, or a template, over rows of columns.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/json_value.hpp"
#include "client/templates/template.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::client {

// What a list can show: names of fields with the header of each, and what Go calls the row's type.
struct Listing {
  std::string_view type_name;  // "*formatter.ContainerContext"
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string default_table;  // template after "table "
};

struct Row {
  Json fields;                   // name -> value
  const Json* labels = nullptr;  // for .Label "key"
};

class ListFormat {
 public:
  // "", "table", "table TEMPLATE", "json", or a template. `quiet_field` prints just that field.
  static Result<ListFormat> parse(std::string_view format, const Listing& listing);
  [[nodiscard]] bool mentions(std::string_view field) const { return template_.mentions(field); }
  // {{json .}}
  [[nodiscard]] bool shows_everything() const { return everything_; }
  [[nodiscard]] Result<std::string> render(const std::vector<Row>& rows) const;

 private:
  explicit ListFormat(const Listing& listing) : listing_(&listing) {}
  [[nodiscard]] Result<> header(std::string& out) const;

  const Listing* listing_;
  bool table_ = false, json_ = false, everything_ = false;
  templates::Template template_;
};

// Prints one object as the API sent it by --format, for info and version, and gives the exit code.
// `name`: of the template, in its messages.
int print_object(std::string_view format, const Json& object, std::string_view type_name,
                 std::string_view name);

}  // namespace hexad::client
