#include "daemon/http/server.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>

#include "daemon/http/session.hpp"
#include "libcontainer/base/log.hpp"

namespace hexad::http {
namespace asio = boost::asio;

namespace {
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
}  // namespace

struct Server::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, async::Pool& pool, async::Pool& bulk, std::vector<Route> routes,
       Limits limits)
      : context(std::make_shared<SessionContext>(SessionContext{
            io.get_executor(), pool, bulk, Router(std::move(routes)), limits, false, {}, 0})) {}

  asio::awaitable<void> accept(std::size_t index);
  void begin(Connection::Socket socket);
  // The connection that has been idle longest makes room. False: none is idle.
  bool end_an_idle_one();

  std::shared_ptr<SessionContext> context;
  std::vector<asio::local::stream_protocol::acceptor> acceptors;
};

Server::Server(asio::io_context& io, async::Pool& pool, async::Pool& bulk,
               std::vector<Route> routes, Limits limits)
    : impl_(std::make_shared<Impl>(io, pool, bulk, std::move(routes), limits)) {}

Server::~Server() { stop(); }

Result<> Server::listen(UniqueFd socket) {
  asio::local::stream_protocol::acceptor acceptor(impl_->context->io);
  boost::system::error_code error;
  const int fd = socket.release();
  acceptor.assign(asio::local::stream_protocol(), fd, error);
  if (error) {
    ::close(fd);
    return fail(Code::internal, "listen: {}", error.message());
  }
  impl_->acceptors.push_back(std::move(acceptor));
  auto loop = [impl = impl_, index = impl_->acceptors.size() - 1]() { return impl->accept(index); };
  asio::co_spawn(impl_->context->io, std::move(loop), asio::detached);
  return {};
}

void Server::Impl::begin(Connection::Socket socket) {
  if (context->sessions.size() >= context->limits.connections) end_an_idle_one();
  auto session = std::make_shared<Session>(context, std::move(socket));
  auto run = [session]() { return session->run(); };
  // The session lives as long as its coroutine.
  asio::co_spawn(context->io, std::move(run), [session](std::exception_ptr) {});
}

bool Server::Impl::end_an_idle_one() {
  for (auto* session : context->sessions) {
    if (!session->idle()) continue;
    session->stop();
    return true;
  }
  return false;
}

asio::awaitable<void> Server::Impl::accept(std::size_t index) {
  const auto self = shared_from_this();
  for (;;) {
    auto got = co_await acceptors[index].async_accept(kTuple);
    const auto& error = std::get<0>(got);
    if (context->stopping || error == asio::error::operation_aborted) co_return;
    if (!error) {
      begin(std::move(std::get<1>(got)));
      continue;
    }
    // EMFILE and the like: wait for room rather than spin.
    log::warn("accept: {}", error.message());
    end_an_idle_one();
    asio::steady_timer pause(context->io, std::chrono::milliseconds(100));
    co_await pause.async_wait(kTuple);
  }
}

void Server::stop() {
  impl_->context->stopping = true;
  boost::system::error_code ignored;
  for (auto& acceptor : impl_->acceptors) acceptor.close(ignored);
  for (auto* session : impl_->context->sessions) session->stop();
}

std::size_t Server::connections() const { return impl_->context->sessions.size(); }
std::uint64_t Server::requests() const { return impl_->context->requests; }

std::string print_routes(std::vector<Route> routes) { return Router(std::move(routes)).print(); }

}  // namespace hexad::http
