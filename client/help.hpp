// Usage lines and help texts, made from the commands' tables.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "client/command.hpp"

namespace hexad::client {

// By one of its names ("ps", "container ls"); null when there is none.
const Command* find_command(std::string_view name);
// "container", "image": a word that only comes before commands.
bool is_group(std::string_view name);

// "hexa run [OPTIONS] IMAGE"
std::string usage_line(const Command& command, std::string_view name);
std::string command_help(const Command& command, std::string_view name);
std::string group_help(std::string_view group);
std::string main_help(std::span<const FlagSpec> global_flags);

}  // namespace hexad::client
