// What a command is: one table entry that drives parsing, help and the call.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "client/flags.hpp"
#include "client/http_client.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::client {

struct Command;

struct Invocation {
  Daemon& daemon;
  const Command& command;
  std::string name;  // as called: "run" or "container run"
  ParsedFlags flags;
  bool debug = false;

  [[nodiscard]] const std::vector<std::string>& args() const { return flags.args; }
};

struct Command {
  std::string_view
      names;  // "container ls|container list|container ps|ps"; the first is the full one
  std::string_view usage;    // what follows the name
  std::string_view summary;  // for the list of commands
  std::span<const FlagSpec> flags;
  std::size_t min_args = 0;
  std::size_t max_args = 0;
  bool interspersed = true;  // flags may follow arguments
  // The exit code; an Error is printed, and the exit code is 1.
  Result<int> (*run)(Invocation&) = nullptr;
};

inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

// All of them; commands/all.cpp.
std::span<const Command* const> all_commands();

// Dies of SIGPIPE, as programs do whose reader went away (`hexa ps | head`). The terminal must not
// be raw any more.
void end_by_closed_output();

// To standard output and standard error, at once.
void print_out(std::string_view text);
void print_err(std::string_view line);  // with a line break

// Runs `each` for every argument, prints its error, and goes on: docker's way with several names.
// 1 if any failed.
template <class Each>
int for_each_argument(const Invocation& invocation, Each each) {
  int code = 0;
  for (const std::string& arg : invocation.args()) {
    if (auto done = each(arg); !done) {
      print_err(done.error().message);
      code = 1;
    }
  }
  return code;
}

// "/containers/NAME/start" with the name escaped.
std::string container_path(std::string_view name, std::string_view action = {});

}  // namespace hexad::client
