// Bodies that are not one string: streams written by coroutines on the Asio thread (logs, wait,
// events), uploads read by a blocking job, downloads written by one.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/http/response.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::http {

// A chunked answer. Before start() a handler may return an Error, which becomes the usual
// answer; after it the status has been sent.
class Stream {
 public:
  virtual ~Stream() = default;
  // Sends status line and headers at once.
  virtual boost::asio::awaitable<bool> start(int status, std::string content_type) = 0;
  // Sends one chunk and waits until the socket took it; false when the client has gone.
  virtual boost::asio::awaitable<bool> write(std::string bytes) = 0;
  [[nodiscard]] virtual bool client_gone() const = 0;
};

// The body of an upload, read on the bulk pool; a bounded buffer lies between it and the socket.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // 0 at the end; an error when the client went away or the chunked coding is broken.
  virtual Result<std::size_t> read(char* into, std::size_t size) = 0;
};

// The answer to an upload or a download, written from the bulk pool; blocks while the client is
// slow, fails when it has gone. The first write() sends status 200 and the headers; a handler
// that returns an Error before it gets the usual error answer.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual void content_type(std::string type) = 0;
  virtual void header(std::string name, std::string value) = 0;
  virtual Result<> write(std::string_view bytes) = 0;
};

}  // namespace hexad::http
