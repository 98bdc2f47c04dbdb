// exec: one more process in a running container.
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "api/json/exec.hpp"
#include "client/commands/attached.hpp"
#include "client/commands/commands.hpp"
#include "client/env_file.hpp"

namespace hexad::client {
namespace {

constexpr std::array kFlags{
    FlagSpec{"detach", 'd', FlagKind::boolean, "Run it in the background"},
    FlagSpec{.name = "detach-keys",
             .kind = FlagKind::text,
             .help = "Keys that end the session and leave the process alone"},
    FlagSpec{"env", 'e', FlagKind::list, "Set an environment variable"},
    FlagSpec{.name = "env-file", .kind = FlagKind::list, .help = "Read variables from a file"},
    FlagSpec{"interactive", 'i', FlagKind::boolean, "Pass standard input on"},
    FlagSpec{.name = "privileged", .help = "Give the process extended privileges"},
    FlagSpec{"tty", 't', FlagKind::boolean, "Give it a terminal"},
    FlagSpec{"user", 'u', FlagKind::text, "User and group: name or number, \"user:group\""},
    FlagSpec{"workdir", 'w', FlagKind::text, "Working directory inside the container"},
};

Result<api::ExecCreate> create_request(const Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  api::ExecCreate request;
  request.tty = flags.on("tty");
  request.privileged = flags.on("privileged");
  request.user = flags.text("user");
  request.working_dir = flags.text("workdir");
  request.detach_keys = flags.text("detach-keys");
  request.cmd.assign(invocation.args().begin() + 1, invocation.args().end());
  for (const std::string& path : flags.list("env-file"))
    for (std::string& pair : TRY(read_pairs_file(path, true)))
      request.env.push_back(std::move(pair));
  for (const std::string& variable : flags.list("env"))
    request.env.push_back(TRY(resolve_variable(variable)));
  if (!flags.on("detach")) {
    request.attach_stdout = request.attach_stderr = true;
    request.attach_stdin = flags.on("interactive");
  }
  if (request.tty)
    if (const auto size = terminal_size(STDOUT_FILENO))
      request.console_size = {size->rows, size->columns};
  return request;
}

Result<int> exec(Invocation& invocation) {
  Daemon& daemon = invocation.daemon;
  const api::ExecCreate request = TRY(create_request(invocation));
  const bool detach = invocation.flags.on("detach");
  if (!detach) TRY(check_terminal(request.attach_stdin, request.tty));
  SessionOptions options;
  options.tty = request.tty;
  options.with_stdin = request.attach_stdin;
  options.detach_keys = TRY(parse_detach_keys(request.detach_keys));

  const auto created = TRY(
      daemon.call("POST", container_path(invocation.args()[0], "exec"), {}, api::encode(request)));
  const std::string id = TRY(parse_json(created.body)).at("Id").text();
  if (id.empty()) return fail(Code::internal, "exec ID empty");
  const std::string path = "/exec/" + escape_path(id);
  api::ExecStart start{.detach = detach, .tty = request.tty, .console_size = request.console_size};
  if (detach) {
    TRY(daemon.call("POST", path + "/start", {}, api::encode(start)));
    return 0;
  }
  // A process of its own with no name of its own: signals cannot be sent to it. Only a raw
  // terminal needs care.
  SignalQueue signals(false);
  options.resize = [&](TerminalSize size) {
    (void)daemon.call("POST", path + "/resize",
                      {{"h", std::to_string(size.rows)}, {"w", std::to_string(size.columns)}});
  };
  auto stream = daemon.hijack(path + "/start", {}, api::encode(start));
  if (!stream) {
    print_err(stream.error().message);
    const int code = start_failure_code(stream.error().message);
    return code == 125 ? 1 : code;
  }
  if (TRY(run_session(std::move(*stream), signals, options)) == SessionEnd::detached)
    return fail(Code::not_modified, "read escape sequence");
  const Json state = TRY(daemon.get(path + "/json"));
  return static_cast<int>(state.at("ExitCode").as_int());
}

}  // namespace

const Command kExec{.names = "container exec|exec",
                    .usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
                    .summary = "Execute a command in a running container",
                    .flags = kFlags,
                    .min_args = 2,
                    .max_args = kAnyNumber,
                    .interspersed = false,
                    .run = exec};

}  // namespace hexad::client
