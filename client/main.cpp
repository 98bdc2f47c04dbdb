// hexa: global flags, choice of the command, usage errors and help. Everything a command does is
// in commands/; nothing here talks to the daemon.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "api/version.hpp"
#include "client/command.hpp"
#include "client/help.hpp"
#include "client/terminal.hpp"
#include "client/version.hpp"

namespace hexad::client {
namespace {

constexpr int kUsageError = 125;

constexpr std::array kGlobalFlags{
    FlagSpec{"host", 'H', FlagKind::list, "Daemon socket to connect to"},
    FlagSpec{"debug", 'D', FlagKind::boolean, "Enable debug mode"},
    FlagSpec{"log-level", 'l', FlagKind::text, "Least level of log lines to show", "info"},
    FlagSpec{"version", 'v', FlagKind::boolean, "Print version information and quit"},
};

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string chosen_host(const ParsedFlags& global) {
  if (const auto hosts = global.list("host"); !hosts.empty()) return hosts.back();
  for (const char* name : {"HEXAD_HOST", "DOCKER_HOST"})
    if (const auto host = environment(name); !host.empty()) return std::string(host);
  return std::string(kDefaultHost);
}

int usage_error(std::string_view message, std::string_view usage, std::string_view name) {
  print_err(fmt::format("{}\n\nUsage:  {}\n\nRun '{} --help' for more information", message, usage,
                        name));
  return kUsageError;
}

std::string count_text(const Command& command, std::size_t given) {
  const auto plural = [](std::size_t n) { return n == 1 ? "argument" : "arguments"; };
  if (command.max_args == 0) return "accepts no arguments";
  if (command.min_args == command.max_args)
    return fmt::format("requires {} {}", command.min_args, plural(command.min_args));
  if (given < command.min_args)
    return fmt::format("requires at least {} {}", command.min_args, plural(command.min_args));
  return fmt::format("requires at most {} {}", command.max_args, plural(command.max_args));
}

int run_command(const Command& command, const std::string& name, const ParsedFlags& global,
                std::span<const std::string_view> rest) {
  const std::string full = "hexa " + name;
  const std::string usage = usage_line(command, name);
  auto flags = parse_flags(command.flags, rest, command.interspersed);
  if (!flags) {
    if (!help_wanted(flags.error())) return usage_error(flags.error().message, usage, full);
    print_out(command_help(command, name));
    return 0;
  }
  const std::size_t given = flags->args.size();
  if (given < command.min_args || given > command.max_args) {
    const bool several = command.min_args != command.max_args;
    print_err(fmt::format("hexa: '{}' {}\n\nUsage:  {}\n\n{} '{} --help' for more information",
                          full, count_text(command, given), usage, several ? "See" : "Run", full));
    return 1;
  }
  auto endpoint = parse_endpoint(chosen_host(global));
  if (!endpoint) {
    print_err(endpoint.error().message);
    return 1;
  }
  Daemon daemon(std::move(*endpoint));
  Invocation invocation{daemon, command, name, std::move(*flags), global.on("debug")};
  const auto code = command.run(invocation);
  if (code) return *code;
  if (code.error().sys_errno == EPIPE) end_by_closed_output();
  if (!code.error().message.empty()) print_err(code.error().message);
  return 1;
}

int unknown_command(std::string_view name, std::string_view group) {
  if (group.empty()) {
    print_err(fmt::format(
        "hexa: unknown command: hexa {}\n\nRun 'hexa --help' for more information", name));
  } else {
    print_err(
        fmt::format("hexa: unknown command: hexa {} {}\n\nUsage:  hexa {}\n\nRun 'hexa {} "
                    "--help' for more information",
                    group, name, group, group));
  }
  return 1;
}

// `words`: the command line from the first word that is no global flag.
int dispatch(const ParsedFlags& global, std::span<const std::string_view> words) {
  if (words.front() == "help") {
    words = words.subspan(1);
    if (words.empty()) {
      print_out(main_help(kGlobalFlags));
      return 0;
    }
    const std::string name =
        words.size() > 1 ? fmt::format("{} {}", words[0], words[1]) : std::string(words[0]);
    if (const Command* command = find_command(name)) {
      print_out(command_help(*command, name));
      return 0;
    }
  }
  std::string name(words[0]);
  if (const Command* command = find_command(name))
    return run_command(*command, name, global, words.subspan(1));
  if (!is_group(name)) return unknown_command(name, {});
  if (words.size() == 1 || words[1] == "--help" || words[1] == "-h" || words[1] == "help") {
    print_out(group_help(name));
    return 0;
  }
  if (words[1].starts_with("-"))
    return usage_error(fmt::format("unknown flag: {}", words[1]),
                       fmt::format("hexa {} COMMAND", name), "hexa " + name);
  const std::string full = fmt::format("{} {}", name, words[1]);
  if (const Command* command = find_command(full))
    return run_command(*command, full, global, words.subspan(2));
  return unknown_command(words[1], name);
}

int run(std::span<const std::string_view> args) {
  auto global = parse_flags(kGlobalFlags, args, false);
  if (!global) {
    if (!help_wanted(global.error()))
      return usage_error(global.error().message, "hexa [OPTIONS] COMMAND [ARG...]", "hexa");
    print_out(main_help(kGlobalFlags));
    return 0;
  }
  if (global->on("version")) {
    print_out(fmt::format("Hexad version {}, build {}\n", kVersion, kCommit));
    return 0;
  }
  if (global->args.empty()) {
    print_out(main_help(kGlobalFlags));
    return 0;
  }
  const auto words = args.subspan(args.size() - global->args.size());
  return dispatch(*global, words);
}

}  // namespace
}  // namespace hexad::client

int main(int argc, char** argv) {
  // A reader of ours that goes away must not kill us with the terminal still raw.
  ::signal(SIGPIPE, SIG_IGN);
  // Nor may a socket become standard input because that was closed.
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0)
      (void)::open("/dev/null", O_RDWR);  // NOLINT: inherited on purpose
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  return hexad::client::run(args);
}
