// Puts the features together: the only place that knows all of them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "daemon/app/config.hpp"
#include "daemon/async/pool.hpp"
#include "daemon/db/database.hpp"
#include "daemon/http/route.hpp"
#include "daemon/paths.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::app {

// What features stand on; all of it outlives them.
struct Ground {
  const Config& config;
  const Paths& paths;
  db::Database& database;
  boost::asio::any_io_executor io;
  async::Pool& pool;
  async::Pool& bulk;
  async::Pool& cleanup;  // what nobody waits for
};

class Features {
 public:
  // Starts every service in order and recovers what was running. Blocking, before listening.
  static Result<std::unique_ptr<Features>> start(const Ground& ground);
  ~Features();
  Features(const Features&) = delete;
  Features& operator=(const Features&) = delete;

  [[nodiscard]] std::vector<http::Route> routes() const;

  struct Impl;

 private:
  explicit Features(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The table alone, for --routes: no service exists.
std::vector<http::Route> routes_without_services();

}  // namespace hexad::app
