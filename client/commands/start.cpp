// start and attach.
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "client/commands/attached.hpp"
#include "client/commands/commands.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::string_view kDetachHelp = "Keys that end the session and leave the container alone";

constexpr std::array kStartFlags{
    FlagSpec{"attach", 'a', FlagKind::boolean, "Show its output and pass signals on"},
    FlagSpec{.name = "detach-keys", .kind = FlagKind::text, .help = kDetachHelp},
    FlagSpec{"interactive", 'i', FlagKind::boolean, "Pass standard input on"},
};
constexpr std::array kAttachFlags{
    FlagSpec{.name = "detach-keys", .kind = FlagKind::text, .help = kDetachHelp},
    FlagSpec{.name = "no-stdin", .help = "Do not pass standard input on"},
    FlagSpec{.name = "sig-proxy", .help = "Pass signals on to the process", .fallback = "true"},
};

Query attach_query(bool with_stdin, const std::string& detach_keys) {
  Query query;
  if (!detach_keys.empty()) query.emplace_back("detachKeys", detach_keys);
  query.emplace_back("stderr", "1");
  if (with_stdin) query.emplace_back("stdin", "1");
  query.emplace_back("stdout", "1");
  query.emplace_back("stream", "1");
  return query;
}

Result<int> start_attached(Invocation& invocation, const std::string& name) {
  Daemon& daemon = invocation.daemon;
  const std::string keys = invocation.flags.text("detach-keys");
  const Json container = TRY(daemon.get(container_path(name, "json")));
  const std::string& id = container.at("Id").text();
  const Json& config = container.at("Config");
  const bool tty = config.at("Tty").as_bool();
  const bool with_stdin = invocation.flags.on("interactive") && config.at("OpenStdin").as_bool();
  const SessionOptions options = TRY(container_session(daemon, id, tty, with_stdin, keys));

  SignalQueue signals(!tty);
  RawStream stream =
      TRY(daemon.hijack(container_path(id, "attach"), attach_query(with_stdin, keys)));
  const bool removed = container.at("HostConfig").at("AutoRemove").as_bool();
  Connection wait = TRY(daemon.open_stream("POST", container_path(id, "wait"),
                                           {{"condition", removed ? "removed" : "next-exit"}}));
  if (auto started = daemon.call("POST", container_path(id, "start")); !started) {
    if (removed) (void)exit_status(wait);
    return fail(started.error().code, "{}", started.error().message);
  }
  if (TRY(run_session(std::move(stream), signals, options)) == SessionEnd::detached) return 0;
  return exit_status(wait);
}

Result<int> start(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  if (flags.on("attach") || flags.on("interactive")) {
    if (invocation.args().size() > 1)
      return fail(Code::invalid_argument,
                  "you cannot start and attach multiple containers at once");
    return start_attached(invocation, invocation.args()[0]);
  }
  std::vector<std::string> failed;
  for (const std::string& name : invocation.args()) {
    if (auto started = invocation.daemon.call("POST", container_path(name, "start")); !started) {
      print_err(started.error().message);
      failed.push_back(name);
    } else {
      print_out(name + "\n");
    }
  }
  if (failed.empty()) return 0;
  return fail(Code::internal, "Error: failed to start containers: {}", join(failed, ", "));
}

Result<> attachable(const Json& state) {
  if (!state.at("Running").as_bool())
    return fail(Code::conflict, "You cannot attach to a stopped container, start it first");
  if (state.at("Paused").as_bool())
    return fail(Code::conflict, "You cannot attach to a paused container, unpause it first");
  if (state.at("Restarting").as_bool())
    return fail(Code::conflict,
                "You cannot attach to a restarting container, wait until it is running");
  return {};
}

Result<int> attach(Invocation& invocation) {
  Daemon& daemon = invocation.daemon;
  const std::string keys = invocation.flags.text("detach-keys");
  const Json container = TRY(daemon.get(container_path(invocation.args()[0], "json")));
  const std::string& id = container.at("Id").text();
  TRY(attachable(container.at("State")));
  const Json& config = container.at("Config");
  const bool tty = config.at("Tty").as_bool();
  const bool with_stdin = !invocation.flags.on("no-stdin") && config.at("OpenStdin").as_bool();
  TRY(check_terminal(with_stdin, tty));
  const SessionOptions options = TRY(container_session(daemon, id, tty, with_stdin, keys));

  Connection wait = TRY(daemon.open_stream("POST", container_path(id, "wait")));
  SignalQueue signals(invocation.flags.on("sig-proxy") && !tty);
  RawStream stream =
      TRY(daemon.hijack(container_path(id, "attach"), attach_query(with_stdin, keys)));
  if (TRY(run_session(std::move(stream), signals, options)) == SessionEnd::detached)
    return fail(Code::not_modified, "read escape sequence");
  return exit_status(wait);
}

}  // namespace

const Command kStart{.names = "container start|start",
                     .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
                     .summary = "Start one or more stopped containers",
                     .flags = kStartFlags,
                     .min_args = 1,
                     .max_args = kAnyNumber,
                     .run = start};
const Command kAttach{.names = "container attach|attach",
                      .usage = "[OPTIONS] CONTAINER",
                      .summary = "Connect this terminal to a running container",
                      .flags = kAttachFlags,
                      .min_args = 1,
                      .max_args = 1,
                      .run = attach};

}  // namespace hexad::client
