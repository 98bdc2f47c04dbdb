// Listens, accepts, keeps the sessions. Everything here is called on the Asio thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "daemon/async/pool.hpp"
#include "daemon/http/route.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::http {

struct Limits {
  std::uint64_t body = 16U << 20;                // of everything but uploads -> 413
  std::chrono::milliseconds header{30'000};      // from a request's first byte -> 408
  std::chrono::milliseconds body_time{120'000};  // for such a body -> 408
  std::chrono::milliseconds linger{5'000};       // for what a refused client still sends
  std::size_t connections = 4096;                // then the longest idle one goes
};

class Server {
 public:
  // The pools must outlive the server, and their jobs must have ended before it goes.
  Server(boost::asio::io_context& io, async::Pool& pool, async::Pool& bulk,
         std::vector<Route> routes, Limits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `socket` listens already (AF_UNIX, SOCK_STREAM).
  Result<> listen(UniqueFd socket);
  // Accepts no more; idle connections and streams end, requests that run are still answered.
  void stop();
  [[nodiscard]] std::size_t connections() const;
  // Requests answered so far.
  [[nodiscard]] std::uint64_t requests() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// "GET /_ping" lines, sorted by path.
std::string print_routes(std::vector<Route> routes);

}  // namespace hexad::http
