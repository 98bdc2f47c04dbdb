// One client connection: requests in order, each routed to its handler, answered, and on to the
// next. Lives on the Asio thread; blocking handlers run on the pools.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <list>
#include <memory>
#include <string>

#include "daemon/async/pool.hpp"
#include "daemon/http/connection.hpp"
#include "daemon/http/parser.hpp"
#include "daemon/http/router.hpp"
#include "daemon/http/server.hpp"

namespace hexad::http {

class Session;

// What all sessions of a server share. Asio thread only.
struct SessionContext {
  boost::asio::any_io_executor io;
  async::Pool& pool;
  async::Pool& bulk;
  Router router;
  Limits limits;
  bool stopping = false;
  std::list<Session*> sessions;  // those that became idle longest ago come first
  std::string next_request_id();
  std::uint64_t requests = 0;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<SessionContext> context, Connection::Socket socket);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  boost::asio::awaitable<void> run();
  // Idle and streaming ones end at once, a running request is still answered.
  void stop();
  [[nodiscard]] bool idle() const { return state_ == State::idle; }

 private:
  enum class State { idle, reading, working, streaming, ending };
  // One request and what its answer needs to know.
  struct Exchange {
    std::shared_ptr<Request> request = std::make_shared<Request>();
    Parser parser{*request};
    const Route* route = nullptr;
    bool keep_alive = true;
  };
  struct Refusal {
    int status;
    std::string message;
  };

  boost::asio::awaitable<bool> serve_one();  // false: the connection ends
  boost::asio::awaitable<bool> read_header(Exchange& x, std::optional<Refusal>& refusal);
  boost::asio::awaitable<bool> read_body(Exchange& x, std::optional<Refusal>& refusal);
  Result<> route(Exchange& x) const;
  boost::asio::awaitable<bool> dispatch(Exchange& x);

  template <class Job>
  auto on_lane(const Exchange& x, Job job);
  boost::asio::awaitable<bool> run_unary(Exchange& x, const UnaryHandler& handler);
  boost::asio::awaitable<bool> run_hijack(Exchange& x, const HijackHandler& handler);
  boost::asio::awaitable<bool> run_async(Exchange& x, const AsyncHandler& handler);
  boost::asio::awaitable<bool> run_stream(Exchange& x, const StreamHandler& handler);
  boost::asio::awaitable<bool> run_transfer(Exchange& x);

  boost::asio::awaitable<bool> respond(Exchange& x, Response response);
  boost::asio::awaitable<bool> respond_error(Exchange& x, Error error);
  boost::asio::awaitable<bool> refuse(Exchange& x, Refusal refusal);
  boost::asio::awaitable<bool> finish_body(Exchange& x);
  boost::asio::awaitable<void> linger();
  void set_state(State state);

  std::shared_ptr<SessionContext> context_;
  Connection connection_;
  State state_ = State::reading;
  std::list<Session*>::iterator place_;
};

}  // namespace hexad::http
