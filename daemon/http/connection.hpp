// A client's connection on the Asio thread: reading into the buffer, sending with as few system
// calls as possible, deadlines.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string_view>

#include "daemon/http/buffer.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::http {

class Connection {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  explicit Connection(Socket socket);

  enum class Read { some, end, timeout, full };
  // Waits for bytes and appends them to `in`. full: no room is left.
  boost::asio::awaitable<Read> read_more(std::size_t least = 1024);
  // Sends all of it; false when the client has gone. The bytes must outlive the call.
  boost::asio::awaitable<bool> send(std::string_view a, std::string_view b = {},
                                    std::string_view c = {});
  // Returns when the client has closed both directions, or an error says so.
  boost::asio::awaitable<void> gone();

  // Reads fail with Read::timeout after this, until stop_deadline().
  void start_deadline(std::chrono::milliseconds after);
  void stop_deadline();

  // Takes the descriptor out of Asio (still non-blocking), and gives it back.
  UniqueFd release();
  void assign(UniqueFd fd);
  // The client sees the end; our side may still read.
  void shutdown_sending();
  // Both directions: whoever waits on this connection wakes up. Any state.
  void shutdown();
  void close();
  [[nodiscard]] bool open() const { return socket_.is_open(); }

  Buffer in;

 private:
  struct Timer;
  Socket socket_;
  int fd_ = -1;  // also while released
  std::shared_ptr<Timer> timer_;
};

}  // namespace hexad::http
