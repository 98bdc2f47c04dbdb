#include "daemon/containers/streams.hpp"

#include "api/duration.hpp"
#include "api/json/container.hpp"
#include "api/signals.hpp"
#include "daemon/async/await.hpp"
#include "daemon/containers/log_reader.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

using boost::asio::awaitable;
using Milliseconds = std::chrono::milliseconds;

enum class WaitFor : std::uint8_t { not_running, next_exit, removed };

Result<WaitFor> wait_condition(const http::Request& request) {
  const auto text = request.query_value("condition").value_or("");
  if (text.empty() || text == "not-running") return WaitFor::not_running;
  if (text == "next-exit") return WaitFor::next_exit;
  if (text == "removed") return WaitFor::removed;
  return fail(Code::invalid_argument, "invalid condition: \"{}\"", text);
}

bool is_over(WaitFor condition, const Container::Ends& now, std::uint64_t ends_before) {
  switch (condition) {
    case WaitFor::not_running: return !is_alive(now.state) && now.state != State::restarting;
    case WaitFor::next_exit: return now.count != ends_before || now.removed;
    case WaitFor::removed: return now.removed;
  }
  return true;
}

struct StopQuery {
  std::optional<std::int64_t> timeout;
  std::optional<int> signo;
};

Result<StopQuery> stop_query(const http::Request& request) {
  StopQuery out;
  out.timeout = TRY(request.query_int("t"));
  if (const auto signal = request.query_value("signal"); signal && !signal->empty())
    out.signo = TRY(api::parse_signal(*signal));
  return out;
}

struct LogsRequest {
  LogQuery query;
  bool follow = false;
};

Result<LogsRequest> logs_query(const http::Request& request, const Definition& definition) {
  LogsRequest out;
  out.query.want_stdout = request.query_bool("stdout");
  out.query.want_stderr = request.query_bool("stderr");
  if (!out.query.want_stdout && !out.query.want_stderr)
    return fail(Code::invalid_argument, "Bad parameters: you must choose at least one stream");
  if (definition.host.log_config.type == "none")
    return fail(Code::not_implemented, "configured logging driver does not support reading");
  out.query.timestamps = request.query_bool("timestamps");
  out.query.framed = !definition.config.tty;
  out.follow = request.query_bool("follow");
  const std::int64_t now = now_ns();
  const auto time = [&](const char* key) -> Result<std::int64_t> {
    const auto text = request.query_value(key);
    if (!text || text->empty() || *text == "0") return std::int64_t{0};
    return api::parse_timestamp(*text, now);
  };
  out.query.since = TRY(time("since"));
  out.query.until = TRY(time("until"));
  const auto tail = request.query_value("tail").value_or("all");
  // As Docker: what is no number means all.
  if (const auto count = parse_int(tail); count && *count >= 0)
    out.query.tail = static_cast<std::uint64_t>(*count);
  return out;
}

}  // namespace

awaitable<Result<>> wait_stream(Service& service, RequestPtr request, http::Stream& stream) {
  auto found = service.find(request->param("id"));
  if (!found) co_return pass(found.error());
  const ContainerPtr container = *found;
  const auto condition = wait_condition(*request);
  if (!condition) co_return pass(condition.error());
  const auto before = container->ends().count;
  // The docker command sends /start only once it has seen these headers.
  const bool started = co_await stream.start(200, "application/json");
  if (!started) co_return Result<>{};
  for (;;) {
    const auto seen = container->changed().version();
    const auto now = container->ends();
    if (is_over(*condition, now, before)) {
      api::WaitResponse response;
      response.status_code = now.exit_code;
      std::string body = api::encode(response) + "\n";
      co_await stream.write(std::move(body));
      co_return Result<>{};
    }
    if (stream.client_gone()) co_return Result<>{};
    co_await container->changed().wait(seen);
  }
}

awaitable<Result<>> logs_stream(Service& service, RequestPtr request, http::Stream& stream) {
  auto found = service.find(request->param("id"));
  if (!found) co_return pass(found.error());
  const ContainerPtr container = *found;
  const auto definition = container->definition();
  auto wanted = logs_query(*request, *definition);
  if (!wanted) co_return pass(wanted.error());
  const std::string type = definition->config.tty || request->version < http::ApiVersion{1, 42}
                               ? "application/vnd.docker.raw-stream"
                               : "application/vnd.docker.multiplexed-stream";
  std::shared_ptr<async::Signal> changed;
  if (wanted->follow) {
    auto watched = service.deps().follow.watch(service.paths().container(container->id()));
    if (!watched) co_return pass(watched.error());
    changed = *watched;
  }
  auto open = [path = service.paths().log(container->id()), query = wanted->query] {
    return LogReader::open(path, query);
  };
  auto opened = co_await async::run_on(service.deps().pool, service.deps().io, std::move(open));
  if (!opened) co_return pass(opened.error());
  auto reader = std::make_shared<LogReader>(std::move(*opened));
  const bool started = co_await stream.start(200, type);
  if (!started) co_return Result<>{};
  for (;;) {
    const auto seen = changed ? changed->version() : 0;
    // Looked at before reading: what it wrote before it ended is in the file then.
    const bool alive = is_alive(container->state()) || container->state() == State::restarting ||
                       container->state() == State::starting;
    auto read = [reader] { return reader->next(); };
    auto piece = co_await async::run_on(service.deps().pool, service.deps().io, std::move(read));
    if (!piece) co_return pass(piece.error());
    if (!piece->empty()) {
      const bool taken = co_await stream.write(std::move(*piece));
      if (!taken) co_return Result<>{};
      continue;
    }
    const auto until = wanted->query.until;
    if (!wanted->follow || !alive || reader->finished() || (until != 0 && now_ns() >= until))
      co_return Result<>{};
    if (stream.client_gone()) co_return Result<>{};
    // The end of the container changes no file: look again now and then as well.
    co_await changed->wait(seen, Milliseconds(200));
  }
}

awaitable<Result<http::Response>> stop_async(Service& service, RequestPtr request) {
  auto found = service.find(request->param("id"));
  if (!found) co_return pass(found.error());
  const auto query = stop_query(*request);
  if (!query) co_return pass(query.error());
  auto stopped = co_await service.stop(*found, query->timeout, query->signo);
  if (!stopped) co_return pass(stopped.error());
  co_return http::Response::empty();
}

awaitable<Result<http::Response>> restart_async(Service& service, RequestPtr request) {
  auto found = service.find(request->param("id"));
  if (!found) co_return pass(found.error());
  const auto query = stop_query(*request);
  if (!query) co_return pass(query.error());
  auto restarted = co_await service.restart(*found, query->timeout, query->signo);
  if (!restarted) co_return pass(restarted.error());
  co_return http::Response::empty();
}

awaitable<Result<http::Response>> remove_async(Service& service, RequestPtr request) {
  if (request->query_bool("link"))
    co_return fail(Code::not_implemented, "removing links is not supported by hexad yet");
  auto found = service.find(request->param("id"));
  if (!found) co_return pass(found.error());
  auto removed =
      co_await service.remove_any(*found, request->query_bool("force"), request->query_bool("v"));
  if (!removed) co_return pass(removed.error());
  co_return http::Response::empty();
}

}  // namespace hexad::containers
