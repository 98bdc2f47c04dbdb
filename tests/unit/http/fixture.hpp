// A server with a few routes in this process, on a socket of its own, and a plain client.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "daemon/async/pool.hpp"
#include "daemon/http/listen.hpp"
#include "daemon/http/route.hpp"
#include "daemon/http/server.hpp"
#include "libcontainer/base/io.hpp"

namespace hxt {

using namespace hexad;

class Client {
 public:
  explicit Client(const std::string& dir) {
    const auto folder = open_at(AT_FDCWD, dir, O_PATH | O_DIRECTORY);
    REQUIRE(folder);
    auto fd = connect_unix_at(folder->get(), "s", SOCK_STREAM);
    REQUIRE(fd);
    fd_ = std::move(*fd);
    const timeval limit{5, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // Until `mark` has been seen, or the end.
  std::string read_until(std::string_view mark) {
    while (pending_.find(mark) == std::string::npos) {
      if (!more()) break;
    }
    const auto at = pending_.find(mark);
    const auto end = at == std::string::npos ? pending_.size() : at + mark.size();
    auto out = pending_.substr(0, end);
    pending_.erase(0, end);
    return out;
  }
  std::string read_to_end() {
    while (more()) {
    }
    return std::exchange(pending_, {});
  }
  // One answer with Content-Length (or none): head and body.
  std::string answer() {
    auto head = read_until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    std::size_t length = 0;
    if (at != std::string::npos) length = std::strtoul(head.c_str() + at + 16, nullptr, 10);
    while (pending_.size() < length && more()) {
    }
    head += pending_.substr(0, length);
    pending_.erase(0, length);
    return head;
  }
  std::string ask(std::string_view request) {
    REQUIRE(send(request));
    return answer();
  }
  void half_close() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  bool more() {
    char buffer[65536];
    const auto n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    pending_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  UniqueFd fd_;
  std::string pending_;
};

class TestServer {
 public:
  explicit TestServer(std::vector<http::Route> routes, http::Limits limits = {}) {
    char name[] = "/tmp/hxt-http-XXXXXX";
    dir_ = ::mkdtemp(name);
    server_ = std::make_unique<http::Server>(io_, pool_, bulk_, std::move(routes), limits);
    auto socket = http::listen_unix(dir_ + "/s", "");
    REQUIRE(socket);
    REQUIRE(server_->listen(std::move(*socket)));
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestServer() {
    on_asio([this] { server_->stop(); });
    for (int i = 0; i < 200 && connections() > 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    io_.stop();
    thread_.join();
    (void)remove_tree(dir_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] Client connect() const { return Client(dir_); }
  std::size_t connections() {
    std::promise<std::size_t> count;
    auto got = count.get_future();
    boost::asio::post(io_, [&] { count.set_value(server_->connections()); });
    return got.get();
  }
  bool wait_for_connections(std::size_t wanted) {
    for (int i = 0; i < 300; ++i) {
      if (connections() == wanted) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  void on_asio(const std::function<void()>& work) {
    std::promise<void> done;
    auto waited = done.get_future();
    boost::asio::post(io_, [&] {
      work();
      done.set_value();
    });
    waited.get();
  }
  boost::asio::io_context& io() { return io_; }
  async::Pool& pool() { return pool_; }
  void start_stop() {
    boost::asio::post(io_, [this] { server_->stop(); });
  }

 private:
  std::string dir_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  std::unique_ptr<http::Server> server_;
  async::Pool pool_{2, "hxt-pool"}, bulk_{4, "hxt-bulk"};
  std::thread thread_;
};

}  // namespace hxt
