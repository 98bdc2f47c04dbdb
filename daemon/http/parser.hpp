// Beast's request parser, filling our Request directly. Included by the session's files only.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/http/request.hpp"

namespace hexad::http {

namespace beast_http = boost::beast::http;
using ErrorCode = boost::beast::error_code;

inline constexpr std::uint32_t kHeaderLimit = 64U << 10;

class Parser : public beast_http::basic_parser<true> {
 public:
  explicit Parser(Request& out);

  // Where the next bytes of the body go: appended to a string up to `limit`, copied to a buffer,
  // or thrown away. A full buffer makes put() return with error::need_buffer.
  void body_to(std::string& text, std::uint64_t limit);
  void body_to(char* into, std::size_t size);
  void body_to_nowhere();
  // Bytes that went to the buffer since body_to().
  [[nodiscard]] std::size_t taken() const { return taken_; }

  [[nodiscard]] const std::string& target() const { return target_; }
  [[nodiscard]] bool http11() const { return http11_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  [[nodiscard]] bool transfer_refused() const { return transfer_refused_; }

 private:
  using View = boost::beast::string_view;
  void on_request_impl(beast_http::verb, View method, View target, int version,
                       ErrorCode&) override;
  void on_response_impl(int, View, int, ErrorCode&) override {}
  void on_field_impl(beast_http::field field, View name, View value, ErrorCode& ec) override;
  void on_header_impl(ErrorCode& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(View bytes, ErrorCode& ec) override;
  void on_chunk_header_impl(std::uint64_t, View, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View bytes, ErrorCode& ec) override;
  void on_finish_impl(ErrorCode&) override {}

  Request& out_;
  std::string target_;
  bool http11_ = true;
  bool header_over_ = false;
  bool expects_continue_ = false;
  bool upgrade_tcp_ = false;
  bool transfer_refused_ = false;

  std::string* text_ = nullptr;
  std::uint64_t limit_ = 0;
  char* into_ = nullptr;
  std::size_t room_ = 0, taken_ = 0;
};

}  // namespace hexad::http
