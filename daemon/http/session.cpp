#include "daemon/http/session.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/http/error.hpp>
#include <exception>

#include "api/error_body.hpp"
#include "api/http_status.hpp"
#include "daemon/async/await.hpp"
#include "daemon/http/head.hpp"
#include "daemon/http/target.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::http {
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

// What is left of a refused request's body is read when it is no more than this, so that the
// connection can go on.
constexpr std::uint64_t kSmallRest = 256U << 10;

int status_of_parse_error(const ErrorCode& error) {
  if (error == beast_http::error::header_limit) return 431;
  if (error == beast_http::error::body_limit) return 413;
  return 400;
}

// Feeds what has been read to the parser. No error also when more is needed.
ErrorCode feed(Parser& parser, Buffer& in) {
  ErrorCode error;
  in.consume(parser.put(asio::const_buffer(in.data().data(), in.data().size()), error));
  if (error == beast_http::error::need_more) error = {};
  return error;
}

}  // namespace

std::string SessionContext::next_request_id() {
  static const std::string kRun = random_hex(2);
  return fmt::format("{}{:08x}", kRun, static_cast<std::uint32_t>(++requests));
}

Session::Session(std::shared_ptr<SessionContext> context, Connection::Socket socket)
    : context_(std::move(context)),
      connection_(std::move(socket)),
      place_(context_->sessions.insert(context_->sessions.end(), this)) {}

Session::~Session() {
  connection_.close();
  context_->sessions.erase(place_);
}

void Session::set_state(State state) {
  state_ = state;
  if (state == State::idle) {
    context_->sessions.splice(context_->sessions.end(), context_->sessions, place_);
  }
}

void Session::stop() {
  if (state_ == State::working) return;
  state_ = State::ending;
  connection_.shutdown();
}

asio::awaitable<void> Session::run() {
  try {
    for (bool more = true; more && !context_->stopping;) more = co_await serve_one();
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted) log::error("session: {}", e.what());
  } catch (const std::exception& e) {
    log::error("session: {}", e.what());
  }
  connection_.close();
}

asio::awaitable<bool> Session::serve_one() {
  Exchange x;
  std::optional<Refusal> refusal;
  if (!co_await read_header(x, refusal)) co_return false;
  set_state(State::working);
  x.request->id = context_->next_request_id();
  if (refusal) co_return co_await refuse(x, *refusal);
  x.keep_alive = x.parser.keep_alive();
  if (auto routed = route(x); !routed) {
    auto error = std::move(routed).error();
    co_return co_await respond_error(x, std::move(error));
  }
  if (x.parser.transfer_refused()) {
    refusal = Refusal{501, "unsupported transfer encoding"};
    co_return co_await refuse(x, *refusal);
  }
  co_return co_await dispatch(x);
}

// False: the connection is over, or was never used.
asio::awaitable<bool> Session::read_header(Exchange& x, std::optional<Refusal>& refusal) {
  connection_.in.relax();
  set_state(State::idle);
  bool timed = false;
  for (;;) {
    if (!connection_.in.empty()) {
      const auto error = feed(x.parser, connection_.in);
      if (error) {
        refusal =
            Refusal{status_of_parse_error(error), "malformed HTTP request: " + error.message()};
        break;
      }
      if (x.parser.is_header_done()) break;
      state_ = State::reading;
      if (!std::exchange(timed, true)) connection_.start_deadline(context_->limits.header);
    }
    const auto read = co_await connection_.read_more();
    if (read == Connection::Read::some) continue;
    if (read == Connection::Read::timeout) {
      refusal = Refusal{408, "timeout while reading the request's header"};
    } else if (read == Connection::Read::full) {
      refusal = Refusal{431, "the request's header is too large"};
    } else if (x.parser.got_some()) {
      refusal = Refusal{400, "unexpected EOF: the request is cut off"};
    } else {
      co_return false;
    }
    break;
  }
  if (timed) connection_.stop_deadline();
  co_return true;
}

// Docker looks the path up before it looks at the version, so that an unknown path is 404 in
// any version.
Result<> Session::route(Exchange& x) const {
  auto& request = *x.request;
  auto target = TRY(parse_target(x.parser.target()));
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  auto match = TRY(context_->router.find(request.method, request.path));
  request.version = TRY(check_version(target.version));
  request.params = std::move(match.params);
  x.route = match.route;
  return {};
}

asio::awaitable<bool> Session::dispatch(Exchange& x) {
  const auto& handler = x.route->handler;
  if (std::holds_alternative<UploadHandler>(handler) ||
      std::holds_alternative<DownloadHandler>(handler)) {
    co_return co_await run_transfer(x);
  }
  const bool hijack = std::holds_alternative<HijackHandler>(handler);
  // Raw input of an attach may come as a chunked "body": then it is no body of ours.
  const bool raw = hijack && x.parser.chunked() &&
                   !x.request->header("content-type").value_or("").starts_with("application/json");
  std::optional<Refusal> refusal;
  if (!x.parser.is_done() && !raw) {
    if (!co_await read_body(x, refusal)) co_return false;
    if (refusal) co_return co_await refuse(x, *refusal);
  }
  if (const auto* unary = std::get_if<UnaryHandler>(&handler))
    co_return co_await run_unary(x, *unary);
  if (hijack) co_return co_await run_hijack(x, std::get<HijackHandler>(handler));
  if (const auto* a = std::get_if<AsyncHandler>(&handler)) co_return co_await run_async(x, *a);
  co_return co_await run_stream(x, std::get<StreamHandler>(handler));
}

// False: the client has gone.
asio::awaitable<bool> Session::read_body(Exchange& x, std::optional<Refusal>& refusal) {
  const auto limit = context_->limits.body;
  const auto length = x.parser.content_length();
  if (length && *length > limit) {
    refusal = Refusal{413, "request body too large"};
    co_return true;
  }
  x.parser.body_to(x.request->body, limit);
  if (x.parser.expects_continue() && x.parser.http11() && connection_.in.empty()) {
    if (!co_await connection_.send("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  }
  bool timed = false;
  while (!x.parser.is_done() && !refusal) {
    if (!connection_.in.empty()) {
      if (const auto error = feed(x.parser, connection_.in)) {
        const auto status = status_of_parse_error(error);
        refusal = Refusal{status, status == 413 ? "request body too large"
                                                : "malformed request body: " + error.message()};
        break;
      }
      if (x.parser.is_done()) break;
    }
    if (!std::exchange(timed, true)) connection_.start_deadline(context_->limits.body_time);
    const auto read = co_await connection_.read_more(32U << 10);
    if (read == Connection::Read::timeout) {
      refusal = Refusal{408, "timeout while reading the request's body"};
    } else if (read == Connection::Read::full) {
      refusal = Refusal{400, "malformed chunked body"};
    } else if (read == Connection::Read::end) {
      refusal = Refusal{400, "unexpected EOF: the request's body is cut off"};
    }
  }
  if (timed) connection_.stop_deadline();
  co_return true;
}

// --- answers -------------------------------------------------------------------------------

asio::awaitable<bool> Session::respond(Exchange& x, Response response) {
  const bool whole = co_await finish_body(x);
  Head head;
  head.status = response.status;
  head.content_type = response.content_type;
  head.headers = &response.headers;
  head.http11 = x.parser.http11();
  head.keep_alive = x.keep_alive && whole && !context_->stopping;
  const bool bodiless = response.status == 204 || response.status == 304;
  head.framing = bodiless ? Framing::none : Framing::length;
  head.length = response.body.size();
  const auto text = write_head(head);
  const bool show = !bodiless && x.request->method != "HEAD";
  log::debug("{} {} -> {} request={}", x.request->method, x.request->path, response.status,
             x.request->id);
  if (!co_await connection_.send(text, show ? std::string_view(response.body) : "")) {
    co_return false;
  }
  if (!whole) co_await linger();
  co_return head.keep_alive;
}

asio::awaitable<bool> Session::respond_error(Exchange& x, Error error) {
  const int status = api::http_status(error.code);
  // Not by log::Scope, which belongs to a thread and would outlive the next co_await.
  if (status == 500) {
    log::error("{} {}: {} request={}", x.request->method, x.request->path, error.message,
               x.request->id);
  } else if (status > 500) {
    log::debug("{} {}: {} request={}", x.request->method, x.request->path, error.message,
               x.request->id);
  }
  auto response = status == 304 ? Response::empty(304)
                                : Response::json(api::error_body(error.message) + "\n", status);
  co_return co_await respond(x, std::move(response));
}

// The request itself is at fault, and where the next one would begin is unknown.
asio::awaitable<bool> Session::refuse(Exchange& x, Refusal refusal) {
  x.keep_alive = false;
  const auto body = api::error_body(refusal.message) + "\n";
  Head head;
  head.status = refusal.status;
  head.content_type = "application/json";
  head.framing = Framing::length;
  head.length = body.size();
  head.keep_alive = false;
  const auto text = write_head(head);
  log::debug("refused with {}: {} request={}", refusal.status, refusal.message, x.request->id);
  if (co_await connection_.send(text, body)) co_await linger();
  co_return false;
}

// True: the request has been read to its end, so that the next one may follow.
asio::awaitable<bool> Session::finish_body(Exchange& x) {
  if (x.parser.is_done()) co_return true;
  if (x.parser.chunked() || (x.parser.expects_continue() && connection_.in.empty()))
    co_return false;
  if (x.parser.content_length_remaining().value_or(kSmallRest + 1) > kSmallRest) co_return false;
  x.parser.body_to_nowhere();
  connection_.start_deadline(context_->limits.linger);
  while (!x.parser.is_done()) {
    if (!connection_.in.empty() && feed(x.parser, connection_.in)) break;
    if (x.parser.is_done()) break;
    const auto read = co_await connection_.read_more();
    if (read != Connection::Read::some) break;
  }
  connection_.stop_deadline();
  co_return x.parser.is_done();
}

// A client in the middle of sending would see a broken pipe before it sees our answer.
asio::awaitable<void> Session::linger() {
  connection_.shutdown_sending();
  set_state(State::streaming);  // stop() may cut it short
  connection_.start_deadline(context_->limits.linger);
  for (;;) {
    connection_.in.consume(connection_.in.data().size());
    // In a statement of its own: as the condition of a loop, g++ 12.2 lays the frame out wrongly.
    const auto read = co_await connection_.read_more(32U << 10);
    if (read != Connection::Read::some) break;
  }
  connection_.stop_deadline();
}

}  // namespace hexad::http
