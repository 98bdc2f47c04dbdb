// Help, laid out as docker lays out its own.
#include "client/help.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "client/terminal.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

struct Group {
  std::string_view name, summary;
};
constexpr std::array kGroups{
    Group{"container", "Manage containers"}, Group{"image", "Manage images"},
    Group{"network", "Manage networks"},     Group{"system", "Manage the daemon"},
    Group{"volume", "Manage volumes"},
};

// Those that most people start with come first.
constexpr std::array<std::string_view, 6> kCommon{"run", "exec", "ps", "images", "version", "info"};

bool is_common(std::string_view name) {
  return std::find(kCommon.begin(), kCommon.end(), name) != kCommon.end();
}

std::size_t columns() {
  const auto size = terminal_size(STDOUT_FILENO);
  return size && size->columns > 0 ? size->columns : 80;
}

std::string row(std::string_view name, std::string_view summary) {
  return fmt::format("  {:<11} {}\n", name, summary);
}

// The names of one word, or those of a group without it.
std::vector<std::pair<std::string_view, const Command*>> names_in(std::string_view group) {
  std::vector<std::pair<std::string_view, const Command*>> found;
  for (const Command* command : all_commands()) {
    for (const std::string_view name : split(command->names, '|')) {
      const auto [first, second] = split_once(name, ' ');
      if (group.empty() ? !second : (second && first == group)) {
        found.emplace_back(group.empty() ? first : *second, command);
        break;  // the first is the name, the rest are aliases
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

const Command* find_command(std::string_view name) {
  for (const Command* command : all_commands())
    for (const std::string_view known : split(command->names, '|'))
      if (known == name) return command;
  return nullptr;
}

bool is_group(std::string_view name) {
  return std::any_of(kGroups.begin(), kGroups.end(),
                     [&](const Group& g) { return g.name == name; });
}

std::string usage_line(const Command& command, std::string_view name) {
  return fmt::format("hexa {}{}{}", name, command.usage.empty() ? "" : " ", command.usage);
}

std::string command_help(const Command& command, std::string_view name) {
  std::string out = fmt::format("Usage:  {}\n\n{}\n", usage_line(command, name), command.summary);
  if (command.names.find('|') != std::string_view::npos) {
    out += "\nAliases:\n  ";
    bool first = true;
    for (const std::string_view known : split(command.names, '|')) {
      if (!std::exchange(first, false)) out += ", ";
      out += fmt::format("hexa {}", known);
    }
    out += '\n';
  }
  if (!command.flags.empty()) out += "\nOptions:\n" + flags_help(command.flags, columns());
  return out;
}

std::string group_help(std::string_view group) {
  const auto* found =
      std::find_if(kGroups.begin(), kGroups.end(), [&](const Group& g) { return g.name == group; });
  std::string out = fmt::format("Usage:  hexa {} COMMAND\n\n{}\n\nCommands:\n", group,
                                found != kGroups.end() ? found->summary : "");
  for (const auto& [name, command] : names_in(group)) out += row(name, command->summary);
  return out +
         fmt::format("\nRun 'hexa {} COMMAND --help' for more information on a command.\n", group);
}

std::string main_help(std::span<const FlagSpec> global_flags) {
  std::string out =
      "Usage:  hexa [OPTIONS] COMMAND\n\nThe client of the Hexad container engine\n\n"
      "Common Commands:\n";
  for (const std::string_view name : kCommon)
    if (const Command* command = find_command(name)) out += row(name, command->summary);
  out += "\nManagement Commands:\n";
  for (const Group& group : kGroups) out += row(group.name, group.summary);
  out += "\nCommands:\n";
  for (const auto& [name, command] : names_in({}))
    if (!is_common(name)) out += row(name, command->summary);
  out += "\nGlobal Options:\n" + flags_help(global_flags, columns());
  return out + "\nRun 'hexa COMMAND --help' for more information on a command.\n";
}

}  // namespace hexad::client
