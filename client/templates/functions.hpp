// What can be called in a template: Go's own functions and docker's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "client/templates/template.hpp"

namespace hexad::client::templates {

bool is_function(std::string_view name);
// Errors carry the reason only; the caller says where. `and` and `or` are not among them: they
// do not look at all of their arguments.
Result<Value> call_function(std::string_view name, std::span<const Value> args);

// As Go's fmt prints it with %v.
std::string print_value(const Value& value);
bool is_true(const Value& value);
// The value is a map, not a structure.
bool is_map(const Value& value);
// Members of this name are maps, not structures; or lists, even when null.
bool is_map_name(std::string_view member);
bool is_list_name(std::string_view member);
// Members which the API leaves out when they are not set.
bool is_optional_name(std::string_view member);

}  // namespace hexad::client::templates
