// The blocking side of uploads and downloads: a job of the bulk pool owns the connection while
// it lasts, reads the request's body and writes the answer. The kernel's socket buffers are the
// bounded pipe between it and the client, in both directions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/buffer.hpp"
#include "daemon/http/parser.hpp"
#include "daemon/http/stream.hpp"

namespace hexad::http {

class Transfer final : public BodyReader, public BodyWriter {
 public:
  // Borrows everything. `fd` is non-blocking.
  Transfer(int fd, Buffer& in, Parser& parser) : fd_(fd), in_(in), parser_(parser) {}

  Result<std::size_t> read(char* into, std::size_t size) override;
  void content_type(std::string type) override { type_ = std::move(type); }
  void header(std::string name, std::string value) override;
  Result<> write(std::string_view bytes) override;

  // Reads what is left of the body, at most `most` bytes of it.
  void drain(std::size_t most);
  // The end of an answer that write() began.
  Result<> finish();
  [[nodiscard]] bool started() const { return started_; }
  // The client went away, or stalled, while the answer was written.
  [[nodiscard]] bool client_gone() const { return client_gone_; }
  [[nodiscard]] bool keeps_alive() const { return keep_alive_; }
  [[nodiscard]] bool broken_request() const { return broken_request_; }
  [[nodiscard]] const auto& headers() const { return headers_; }

 private:
  Result<> fill();
  Result<> start();
  Result<> send(std::string_view a, std::string_view b, std::string_view c);

  const int fd_;
  Buffer& in_;
  Parser& parser_;
  std::string type_ = "application/json";
  std::vector<std::pair<std::string, std::string>> headers_;
  bool own_length_ = false;
  bool started_ = false;
  bool continued_ = false;
  bool keep_alive_ = true;
  bool client_gone_ = false;
  bool broken_request_ = false;
};

}  // namespace hexad::http
