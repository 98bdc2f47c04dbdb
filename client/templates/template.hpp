// Go's text/template, as far as people use it with --format: fields, pipelines, variables, if,
// with, range, and docker's functions. define, template and block are refused.
//
// Data is JSON. Go knows types where JSON has none: whether an object is a map or a structure
// (printed differently), and whether a null is a list. Both are told by the member's name.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/json_value.hpp"
#include "client/templates/ast.hpp"

namespace hexad::client::templates {

// A value while a template runs. Not valid: nothing there ("<no value>").
struct Value {
  std::shared_ptr<const Json> json;
  std::string member;  // the name it was reached by, or kElement

  // For what is in a map under a key that says nothing: null is a list there ("80/tcp": null).
  static constexpr std::string_view kElement = "[]";

  static Value of(Json value, std::string member = {});
  [[nodiscard]] bool valid() const { return json != nullptr; }
};

struct Data {
  // A method with arguments of the top value, such as .Label "key"; nothing when there is none.
  using Method =
      std::function<std::optional<Json>(std::string_view name, std::span<const Value> args)>;

  Value root;
  // What Go would call the top value's type; empty for a map. Named in "can't evaluate field".
  std::string type_name;
  Method method;
  // The row of headers of a table: functions hand their first argument on unchanged, and what is
  // not there prints as "<no value>".
  bool header = false;
};

class Template {
 public:
  static Result<Template> parse(std::string_view source);
  // What was written before an error stays in `out`.
  Result<> execute(const Data& data, std::string& out) const;
  // Some field of this name is mentioned, to know what must be fetched.
  [[nodiscard]] bool mentions(std::string_view field) const;

 private:
  std::string source_;
  Nodes nodes_;
};

}  // namespace hexad::client::templates
