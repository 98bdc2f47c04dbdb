// How each kind of route runs; session.cpp has what they share.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>

#include "daemon/async/await.hpp"
#include "daemon/http/head.hpp"
#include "daemon/http/session.hpp"
#include "daemon/http/transfer.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"

namespace hexad::http {
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

// The stream that a coroutine writes to.
class ChunkedStream final : public Stream {
 public:
  ChunkedStream(Connection& connection, bool http11, bool keep_alive)
      : connection_(connection), http11_(http11), keep_alive_(keep_alive && http11) {}

  asio::awaitable<bool> start(int status, std::string content_type) override {
    Head head;
    head.status = status;
    head.content_type = content_type;
    head.framing = http11_ ? Framing::chunked : Framing::close;
    head.http11 = http11_;
    head.keep_alive = keep_alive_;
    started_ = true;
    const auto text = write_head(head);
    co_return note(co_await connection_.send(text));
  }
  // An empty chunk would be the end.
  asio::awaitable<bool> write(std::string bytes) override {
    if (!started_ && !co_await start(200, "application/json")) co_return false;
    if (gone_ || bytes.empty()) co_return !gone_;
    if (!http11_) co_return note(co_await connection_.send(bytes));
    const auto size = fmt::format("{:x}\r\n", bytes.size());
    co_return note(co_await connection_.send(size, bytes, "\r\n"));
  }
  asio::awaitable<bool> finish() {
    if (gone_) co_return false;
    if (!http11_) co_return false;
    co_return note(co_await connection_.send("0\r\n\r\n")) && keep_alive_;
  }
  [[nodiscard]] bool client_gone() const override { return gone_; }
  [[nodiscard]] bool started() const { return started_; }
  void set_gone() { gone_ = true; }

 private:
  bool note(bool sent) {
    gone_ = gone_ || !sent;
    return sent;
  }
  Connection& connection_;
  const bool http11_, keep_alive_;
  bool started_ = false, gone_ = false;
};

// A handler's exception (a cancelled wait, too) becomes an Error; it must not leave the group
// that runs it beside the watch on the client.
template <class T>
asio::awaitable<Result<T>> caught(asio::awaitable<Result<T>> work) {
  std::string what;
  try {
    co_return co_await std::move(work);
  } catch (const std::exception& e) {
    what = e.what();
  }
  co_return fail(Code::internal, "{}", what);
}

// nullopt: the client has gone, and the handler was cancelled and has ended.
template <class T>
asio::awaitable<std::optional<Result<T>>> while_connected(Connection& connection,
                                                          asio::awaitable<Result<T>> work) {
  auto handler = caught(std::move(work));
  auto gone = connection.gone();
  auto first = co_await (std::move(handler) || std::move(gone));
  if (first.index() == 1) co_return std::nullopt;
  co_return std::get<0>(std::move(first));
}

}  // namespace

// An ordinary function: only the awaitable is made here.
template <class Job>
auto Session::on_lane(const Exchange& x, Job job) {
  if (x.route->lane) {
    if (auto lane = x.route->lane(*x.request)) {
      return async::run_on(std::move(lane), context_->io, std::move(job));
    }
  }
  return async::run_on(context_->pool, context_->io, std::move(job));
}

asio::awaitable<bool> Session::run_unary(Exchange& x, const UnaryHandler& handler) {
  auto job = [request = x.request, &handler]() -> Result<Response> {
    const log::Scope scope(request->id, "");
    return handler(*request);
  };
  auto result = Result<Response>();
  if (x.route->instant) {
    result = async::run_caught(job);
  } else {
    auto work = on_lane(x, std::move(job));
    result = co_await std::move(work);
  }
  if (!result) {
    auto error = std::move(result).error();
    co_return co_await respond_error(x, std::move(error));
  }
  co_return co_await respond(x, std::move(*result));
}

asio::awaitable<bool> Session::run_hijack(Exchange& x, const HijackHandler& handler) {
  auto job = [request = x.request, &handler]() -> Result<HijackResult> {
    const log::Scope scope(request->id, "");
    return handler(*request);
  };
  auto work = on_lane(x, std::move(job));
  auto result = co_await std::move(work);
  if (!result) {
    auto error = std::move(result).error();
    co_return co_await respond_error(x, std::move(error));
  }
  if (auto* response = std::get_if<Response>(&*result))
    co_return co_await respond(x, std::move(*response));
  auto& hijack = std::get<Hijack>(*result);
  const auto head = write_hijack_head(x.request->upgrade, hijack.content_type);
  // When the client has gone meanwhile, `take` sees the end of the connection.
  co_await connection_.send(head);
  auto pending = connection_.in.take();
  auto fd = std::make_shared<UniqueFd>(connection_.release());
  connection_.close();
  (void)set_nonblocking(fd->get(), false);
  context_->pool.post([take = std::move(hijack.take), fd, pending = std::move(pending),
                       request = x.request]() mutable {
    const log::Scope scope(request->id, "");
    take(std::move(*fd), std::move(pending));
  });
  co_return false;
}

asio::awaitable<bool> Session::run_async(Exchange& x, const AsyncHandler& handler) {
  set_state(State::streaming);
  auto work = handler(x.request);
  auto result = co_await while_connected(connection_, std::move(work));
  set_state(State::working);
  if (!result) co_return false;
  if (!*result) {
    auto error = std::move(*result).error();
    co_return co_await respond_error(x, std::move(error));
  }
  co_return co_await respond(x, std::move(**result));
}

asio::awaitable<bool> Session::run_stream(Exchange& x, const StreamHandler& handler) {
  set_state(State::streaming);
  ChunkedStream stream(connection_, x.parser.http11(), x.keep_alive);
  auto work = handler(x.request, stream);
  auto result = co_await while_connected(connection_, std::move(work));
  set_state(State::working);
  if (!result || stream.client_gone()) co_return false;
  if (stream.started()) {
    if (*result) co_return co_await stream.finish();
    const log::Scope scope(x.request->id, "");
    log::error("{} {}: {}", x.request->method, x.request->path, result->error().message);
    co_return false;  // without the last chunk, so that the client knows
  }
  if (*result) {
    auto nothing = Response::empty(200);
    co_return co_await respond(x, std::move(nothing));
  }
  auto error = std::move(*result).error();
  co_return co_await respond_error(x, std::move(error));
}

asio::awaitable<bool> Session::run_transfer(Exchange& x) {
  set_state(State::streaming);
  auto fd = connection_.release();
  Transfer transfer(fd.get(), connection_.in, x.parser);
  auto job = [&x, &transfer]() -> Result<> {
    const log::Scope scope(x.request->id, "");
    const auto* upload = std::get_if<UploadHandler>(&x.route->handler);
    auto done = upload != nullptr
                    ? (*upload)(*x.request, transfer, transfer)
                    : std::get<DownloadHandler>(x.route->handler)(*x.request, transfer);
    if (!done) return done;
    transfer.drain(16U << 20);  // what an archive has after its end
    return transfer.finish();
  };
  auto result = co_await async::run_on(context_->bulk, context_->io, std::move(job));
  connection_.assign(std::move(fd));
  set_state(State::working);
  if (!connection_.open()) co_return false;
  if (transfer.started()) {
    const bool next = result && x.parser.is_done() && transfer.keeps_alive();
    if (!result && transfer.client_gone()) {
      log::debug("{} {}: {} request={}", x.request->method, x.request->path, result.error().message,
                 x.request->id);
    } else if (!result) {
      const log::Scope scope(x.request->id, "");
      log::error("{} {}: {}", x.request->method, x.request->path, result.error().message);
    } else if (!x.parser.is_done()) {
      co_await linger();
    }
    co_return next;
  }
  if (transfer.broken_request()) x.keep_alive = false;
  if (!result) {
    auto error = std::move(result).error();
    co_return co_await respond_error(x, std::move(error));
  }
  auto response = Response::empty(200);
  response.headers = transfer.headers();
  co_return co_await respond(x, std::move(response));
}

}  // namespace hexad::http
