#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "client/help.hpp"
#include "libcontainer/base/strings.hpp"

using namespace hexad::client;

TEST_CASE("every name is one command's, and every command can run") {
  std::set<std::string> names;
  for (const Command* command : all_commands()) {
    CHECK(command->run != nullptr);
    CHECK_FALSE(command->summary.empty());
    for (const auto name : hexad::split(command->names, '|')) {
      INFO(name);
      CHECK(names.emplace(name).second);
      CHECK(find_command(name) == command);
    }
  }
  for (const char* name :
       {"run",  "create",  "start",  "stop",         "restart",      "kill",      "ps",
        "logs", "exec",    "attach", "inspect",      "wait",         "rm",        "rename",
        "load", "import",  "images", "tag",          "rmi",          "volume ls", "network ls",
        "info", "version", "port",   "container ls", "image inspect"}) {
    INFO(name);
    CHECK(find_command(name) != nullptr);
  }
}

TEST_CASE("no command has a flag or a letter twice") {
  for (const Command* command : all_commands()) {
    std::set<std::string> names;
    std::set<char> letters;
    for (const FlagSpec& flag : command->flags) {
      INFO(command->names << " --" << flag.name);
      CHECK(names.emplace(flag.name).second);
      if (flag.shorthand != 0) CHECK(letters.insert(flag.shorthand).second);
      CHECK_FALSE(flag.help.empty());
    }
  }
}

TEST_CASE("help shows usage, aliases and flags") {
  const std::string help = command_help(*find_command("ps"), "ps");
  CHECK(help.starts_with("Usage:  hexa ps [OPTIONS]\n"));
  CHECK(help.find("hexa container ls, hexa container list") != std::string::npos);
  CHECK(help.find("-a, --all") != std::string::npos);
  CHECK(group_help("volume").find("  prune ") != std::string::npos);
  CHECK(is_group("container"));
  CHECK_FALSE(is_group("run"));
}
