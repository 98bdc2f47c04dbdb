// stop, restart, kill, wait, rm, rename: requests that answer once, for one or many containers.
#include <fmt/format.h>

#include <array>

#include "client/commands/commands.hpp"
#include "client/fan_out.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::array kStopFlags{
    FlagSpec{"signal", 's', FlagKind::text, "Signal to send first"},
    FlagSpec{"timeout", 't', FlagKind::integer, "Seconds to wait before the container is killed"},
    FlagSpec{
        .name = "time", .kind = FlagKind::integer, .help = "Old name of --timeout", .hidden = true},
};
constexpr std::array kKillFlags{
    FlagSpec{"signal", 's', FlagKind::text, "Signal to send (default KILL)"},
};
constexpr std::array kRemoveFlags{
    FlagSpec{"force", 'f', FlagKind::boolean, "Kill the container first if it runs"},
    FlagSpec{"link", 'l', FlagKind::boolean, "Remove the link of this name"},
    FlagSpec{"volumes", 'v', FlagKind::boolean, "Remove its anonymous volumes as well"},
};

// One request per container, all at once: ten containers that ignore SIGTERM take ten seconds,
// not a hundred.
int at_once(Invocation& invocation, std::string_view method, std::string_view action,
            const Query& query, bool missing_is_fine = false) {
  std::vector<FanOutRequest> requests;
  for (const std::string& name : invocation.args())
    requests.push_back({method, container_path(name, action), query});
  int code = 0;
  std::size_t next = 0;
  fan_out(invocation.daemon, requests, [&](Result<Response> response) {
    const std::string& name = invocation.args()[next++];
    if (response) {
      print_out(name + "\n");
    } else {
      print_err(response.error().message);
      if (!missing_is_fine || response.error().code != Code::not_found) code = 1;
    }
  });
  return code;
}

Result<Query> stop_query(const Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  if (flags.has("time")) print_out("Flag --time has been deprecated, use --timeout instead\n");
  if (flags.has("time") && flags.has("timeout"))
    return fail(Code::invalid_argument,
                "conflicting options: cannot specify both --timeout and --time");
  Query query;
  if (const auto signal = flags.text("signal"); !signal.empty())
    query.emplace_back("signal", signal);
  for (const char* name : {"timeout", "time"})
    if (flags.has(name)) query.emplace_back("t", flags.text(name));
  return query;
}

Result<int> stop(Invocation& invocation) {
  return at_once(invocation, "POST", "stop", TRY(stop_query(invocation)));
}

Result<int> restart(Invocation& invocation) {
  return at_once(invocation, "POST", "restart", TRY(stop_query(invocation)));
}

Result<int> kill_containers(Invocation& invocation) {
  Query query;
  if (invocation.flags.has("signal")) query.emplace_back("signal", invocation.flags.text("signal"));
  return at_once(invocation, "POST", "kill", query);
}

Result<int> remove(Invocation& invocation) {
  Query query;
  const ParsedFlags& flags = invocation.flags;
  if (flags.on("force")) query.emplace_back("force", "1");
  if (flags.on("link")) query.emplace_back("link", "1");
  if (flags.on("volumes")) query.emplace_back("v", "1");
  for (const std::string& name : invocation.args())
    if (trim(name).empty()) return fail(Code::invalid_argument, "Container name cannot be empty");
  return at_once(invocation, "DELETE", {}, query, flags.on("force"));
}

Result<int> wait(Invocation& invocation) {
  return for_each_argument(invocation, [&](const std::string& name) -> Result<> {
    const auto response = TRY(invocation.daemon.call("POST", container_path(name, "wait")));
    const Json answer = TRY(parse_json(response.body));
    if (const auto& text = answer.at("Error").at("Message").text(); !text.empty())
      return fail(Code::internal, "{}", text);
    print_out(fmt::format("{}\n", answer.at("StatusCode").as_int()));
    return {};
  });
}

Result<int> rename(Invocation& invocation) {
  const std::string old_name(trim(invocation.args()[0])), new_name(trim(invocation.args()[1]));
  if (old_name.empty() || new_name.empty())
    return fail(Code::invalid_argument, "Error: Neither old nor new names may be empty");
  auto renamed =
      invocation.daemon.call("POST", container_path(old_name, "rename"), {{"name", new_name}});
  if (renamed) return 0;
  print_err(renamed.error().message);
  return fail(Code::internal, "Error: failed to rename container named {}", old_name);
}

}  // namespace

const Command kStop{.names = "container stop|stop",
                    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
                    .summary = "Stop one or more running containers",
                    .flags = kStopFlags,
                    .min_args = 1,
                    .max_args = kAnyNumber,
                    .run = stop};
const Command kRestart{.names = "container restart|restart",
                       .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
                       .summary = "Restart one or more containers",
                       .flags = kStopFlags,
                       .min_args = 1,
                       .max_args = kAnyNumber,
                       .run = restart};
const Command kKill{.names = "container kill|kill",
                    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
                    .summary = "Kill one or more running containers",
                    .flags = kKillFlags,
                    .min_args = 1,
                    .max_args = kAnyNumber,
                    .run = kill_containers};
const Command kRemove{.names = "container rm|container remove|rm",
                      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
                      .summary = "Remove one or more containers",
                      .flags = kRemoveFlags,
                      .min_args = 1,
                      .max_args = kAnyNumber,
                      .run = remove};
const Command kWait{.names = "container wait|wait",
                    .usage = "CONTAINER [CONTAINER...]",
                    .summary = "Wait until containers stop, then print their exit codes",
                    .flags = {},
                    .min_args = 1,
                    .max_args = kAnyNumber,
                    .run = wait};
const Command kRename{.names = "container rename|rename",
                      .usage = "CONTAINER NEW_NAME",
                      .summary = "Rename a container",
                      .flags = {},
                      .min_args = 2,
                      .max_args = 2,
                      .run = rename};

}  // namespace hexad::client
