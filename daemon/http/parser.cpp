#include "daemon/http/parser.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>

#include "libcontainer/base/strings.hpp"

namespace hexad::http {
namespace {

std::string_view std_view(boost::beast::string_view v) { return {v.data(), v.size()}; }

constexpr std::size_t kMaxFields = 512;

}  // namespace

Parser::Parser(Request& out) : out_(out) {
  header_limit(kHeaderLimit);
  body_limit(boost::none);  // limits are the session's, per route
}

void Parser::body_to(std::string& text, std::uint64_t limit) {
  text_ = &text;
  limit_ = limit;
}

void Parser::body_to(char* into, std::size_t size) {
  text_ = nullptr;
  into_ = into;
  room_ = size;
  taken_ = 0;
}

void Parser::body_to_nowhere() {
  text_ = nullptr;
  into_ = nullptr;
}

void Parser::on_request_impl(beast_http::verb, View method, View target, int version, ErrorCode&) {
  out_.method = std_view(method);
  target_ = std_view(target);
  http11_ = version >= 11;
}

void Parser::on_field_impl(beast_http::field known, View name, View value, ErrorCode& ec) {
  if (header_over_) return;  // a trailer
  if (out_.headers.size() >= kMaxFields) {
    ec = beast_http::error::header_limit;
    return;
  }
  using beast_http::field;
  if (known == field::expect) {
    expects_continue_ = boost::beast::iequals(value, "100-continue");
  } else if (known == field::upgrade) {
    upgrade_tcp_ = boost::beast::iequals(value, "tcp");
  } else if (known == field::transfer_encoding && !boost::beast::iequals(value, "chunked")) {
    transfer_refused_ = true;
  }
  out_.headers.emplace_back(to_lower(std_view(name)), std_view(value));
}

void Parser::on_header_impl(ErrorCode&) {
  header_over_ = true;
  out_.upgrade = upgrade_tcp_ && upgrade();
}

std::size_t Parser::on_body_impl(View bytes, ErrorCode& ec) {
  if (text_ != nullptr) {
    if (text_->size() + bytes.size() > limit_) {
      ec = beast_http::error::body_limit;
      return 0;
    }
    text_->append(bytes.data(), bytes.size());
    return bytes.size();
  }
  if (into_ == nullptr) return bytes.size();
  const auto n = std::min(bytes.size(), room_ - taken_);
  if (n > 0) std::memcpy(into_ + taken_, bytes.data(), n);
  taken_ += n;
  if (n < bytes.size()) ec = beast_http::error::need_buffer;
  return n;
}

std::size_t Parser::on_chunk_body_impl(std::uint64_t, View bytes, ErrorCode& ec) {
  return on_body_impl(bytes, ec);
}

}  // namespace hexad::http
