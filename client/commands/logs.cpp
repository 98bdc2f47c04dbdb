// logs: what a container wrote.
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "api/duration.hpp"
#include "api/stream_frame.hpp"
#include "client/commands/commands.hpp"
#include "client/session.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::array kFlags{
    FlagSpec{.name = "details", .help = "Show what the log driver knows besides the text"},
    FlagSpec{"follow", 'f', FlagKind::boolean, "Go on with what is written from now on"},
    FlagSpec{.name = "since",
             .kind = FlagKind::text,
             .help = "Show what is newer: a time (2013-01-02T13:23:37Z) or how long ago (42m)"},
    FlagSpec{"tail", 'n', FlagKind::text, "Show this many lines from the end", "all"},
    FlagSpec{"timestamps", 't', FlagKind::boolean, "Show the time of each line"},
    FlagSpec{.name = "until",
             .kind = FlagKind::text,
             .help = "Show what is older: a time (2013-01-02T13:23:37Z) or how long ago (42m)"},
};

// The daemon is given seconds, so that "10m" means ten minutes back on our clock.
Result<> add_time(Query& query, const ParsedFlags& flags, std::string_view name) {
  const std::string text = flags.text(name);
  if (text.empty()) return {};
  const auto ns = api::parse_timestamp(text, now_ns());
  if (!ns)
    return fail(Code::invalid_argument,
                "invalid value for \"{}\": failed to parse value as time or duration: \"{}\"", name,
                text);
  query.emplace_back(name, fmt::format("{}.{:09}", *ns / 1'000'000'000, *ns % 1'000'000'000));
  return {};
}

Result<int> logs(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  Query query{{"stdout", "1"}, {"stderr", "1"}};
  TRY(add_time(query, flags, "since"));
  TRY(add_time(query, flags, "until"));
  if (flags.on("details")) query.emplace_back("details", "1");
  if (flags.on("follow")) query.emplace_back("follow", "1");
  if (flags.on("timestamps")) query.emplace_back("timestamps", "1");
  query.emplace_back("tail", flags.text("tail"));

  const Json container = TRY(invocation.daemon.get(container_path(invocation.args()[0], "json")));
  const bool tty = container.at("Config").at("Tty").as_bool();
  Connection stream = TRY(invocation.daemon.open_stream(
      "GET", container_path(container.at("Id").text(), "logs"), query));
  api::FrameDecoder splitter;
  while (true) {
    const std::string piece = TRY(stream.read_some());
    if (piece.empty()) return 0;
    const auto shown = tty ? write_all(STDOUT_FILENO, piece) : splitter.feed(piece, write_stream);
    TRY(shown);
  }
}

}  // namespace

const Command kLogs{.names = "container logs|logs",
                    .usage = "[OPTIONS] CONTAINER",
                    .summary = "Show what a container wrote",
                    .flags = kFlags,
                    .min_args = 1,
                    .max_args = 1,
                    .run = logs};

}  // namespace hexad::client
