// dockerd's flags and daemon.json keys as one table, and the two readers of it. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::app {

enum class Kind { flag, text, number, list, ulimits };

struct Option {
  const char* name;  // --name
  char letter;       // -x, or 0
  Kind kind;
  const char* key;    // in daemon.json; null: only a flag
  const char* value;  // what --help calls the value
  const char* help;
};

std::span<const Option> option_table();

// By the option's name: the values as text, "true" or "false" for a flag; a list may have many.
using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

// argv without the program's name. Texts as dockerd's ("unknown flag: --x").
Result<Values> parse_arguments(std::span<const char* const> arguments);
// daemon.json. Unknown keys, keys given twice and wrong types are errors.
Result<Values> parse_file(std::string_view json);
// The error when something is given in both; dockerd's text.
Result<> check_conflicts(const Values& flags, const Values& file);
std::string help_text();

}  // namespace hexad::app
