#include "daemon/http/parser.hpp"

#include <boost/beast/http/error.hpp>
#include <catch2/catch.hpp>

#include "daemon/http/buffer.hpp"

using namespace hexad;

namespace {

// Feeds the text in pieces of `step` bytes; the error, or none when the message is complete.
http::ErrorCode feed(std::string_view text, std::size_t step, http::Request& request) {
  http::Parser parser(request);
  parser.body_to(request.body, 1000);
  http::Buffer in;
  while (!parser.is_done()) {
    if (text.empty()) return boost::beast::http::error::partial_message;
    const auto room = in.room(1);
    const auto n = std::min({room.size, step, text.size()});
    std::copy_n(text.data(), n, room.at);
    in.filled(n);
    text.remove_prefix(n);
    http::ErrorCode error;
    do {
      error = {};
      in.consume(parser.put(boost::asio::const_buffer(in.data().data(), in.data().size()), error));
    } while (!error && !parser.is_done() && !in.empty());
    if (error && error != boost::beast::http::error::need_more) return error;
  }
  return {};
}

http::ErrorCode feed(std::string_view text) {
  http::Request request;
  return feed(text, 1000000, request);
}

}  // namespace

TEST_CASE("a request is the same in one piece and byte by byte") {
  const std::string text =
      "POST /v1.51/containers/create?name=x HTTP/1.1\r\nHost: d\r\nX-Thing:  a b \r\n"
      "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n";
  for (const auto step : {1UL, 2UL, 3UL, 7UL, 100000UL}) {
    http::Request request;
    CHECK_FALSE(feed(text, step, request));
    CHECK(request.method == "POST");
    CHECK(request.body == "hello!");
    CHECK(request.header("x-thing") == "a b");
    CHECK_FALSE(request.header("trailer"));
  }
}

TEST_CASE("malformed requests are refused") {
  for (const auto* text :
       {"GARBAGE\r\n\r\n", "GET\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/3.0\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    INFO(text);
    CHECK(feed(text));
  }
}

TEST_CASE("headers end at 64 KiB, bodies at their limit") {
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  CHECK_FALSE(feed(start + std::string(60000, 'a') + "\r\n\r\n"));
  CHECK(feed(start + std::string(70000, 'a') + "\r\n\r\n") ==
        boost::beast::http::error::header_limit);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 600; ++i) many += "a: b\r\n";
  CHECK(feed(many + "\r\n") == boost::beast::http::error::header_limit);
  const std::string post = "POST / HTTP/1.1\r\nContent-Length: ";
  CHECK_FALSE(feed(post + "1000\r\n\r\n" + std::string(1000, 'a')));
  CHECK(feed(post + "1001\r\n\r\n" + std::string(1001, 'a')) ==
        boost::beast::http::error::body_limit);
}

TEST_CASE("an upgrade needs both headers, and expectations are seen") {
  http::Request request;
  REQUIRE_FALSE(
      feed("POST /x HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n", 1000, request));
  CHECK(request.upgrade);
  http::Request other;
  REQUIRE_FALSE(feed("POST /x HTTP/1.1\r\nUpgrade: tcp\r\n\r\n", 1000, other));
  CHECK_FALSE(other.upgrade);
  http::Request h2;
  REQUIRE_FALSE(feed("POST /x HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 1000, h2));
  CHECK_FALSE(h2.upgrade);
}
