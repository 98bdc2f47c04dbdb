// Sessions with containers.
#include "client/commands/attached.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "client/terminal.hpp"

namespace hexad::client {

Result<SessionOptions> container_session(Daemon& daemon, const std::string& id, bool tty,
                                         bool with_stdin, std::string_view detach_keys) {
  SessionOptions options;
  options.tty = tty;
  options.with_stdin = with_stdin;
  options.detach_keys = TRY(parse_detach_keys(detach_keys));
  // A signal or a size that arrives after the end is no error.
  options.forward = [&daemon, id](std::string_view signal) {
    (void)daemon.call("POST", container_path(id, "kill"), {{"signal", std::string(signal)}});
  };
  options.resize = [&daemon, id](TerminalSize size) {
    (void)daemon.call("POST", container_path(id, "resize"),
                      {{"h", std::to_string(size.rows)}, {"w", std::to_string(size.columns)}});
  };
  return options;
}

Result<> check_terminal(bool with_stdin, bool tty) {
  if (with_stdin && tty && !is_terminal(STDIN_FILENO))
    return fail(Code::invalid_argument, "the input device is not a TTY");
  return {};
}

Result<int> exit_status(Connection& wait) {
  const Json answer = TRY(parse_json(TRY(wait.read_rest())));
  if (const auto& text = answer.at("Error").at("Message").text(); !text.empty())
    return fail(Code::internal, "Error waiting for container: {}", text);
  return static_cast<int>(answer.at("StatusCode").as_int());
}

int start_failure_code(std::string_view message) {
  const auto says = [&](std::string_view text) {
    return message.find(text) != std::string_view::npos;
  };
  if (says("executable file not found") || says("no such file or directory") ||
      says("system cannot find the file specified"))
    return 127;
  if (says("permission denied") || says("is a directory")) return 126;
  return 125;
}

}  // namespace hexad::client
