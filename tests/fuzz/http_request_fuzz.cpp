// A whole request through the parser, in pieces whose size the first byte tells: it ends, and
// the pieces make no difference.
#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/http/buffer.hpp"
#include "daemon/http/parser.hpp"

namespace {

using namespace hexad::http;

struct Outcome {
  bool done = false, failed = false;
  Request request;
};

void parse(std::string_view text, std::size_t step, Outcome& out) {
  Parser parser(out.request);
  parser.body_to(out.request.body, 1U << 20);
  Buffer in;
  while (!parser.is_done() && !text.empty()) {
    const auto room = in.room(1);
    if (room.size == 0) break;
    const auto n = std::min({room.size, step, text.size()});
    std::copy_n(text.data(), n, room.at);
    in.filled(n);
    text.remove_prefix(n);
    ErrorCode error;
    do {
      error = {};
      const auto bytes = in.data();
      in.consume(parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error));
    } while (!error && !parser.is_done() && !in.empty());
    if (error && error != boost::beast::http::error::need_more) {
      out.failed = true;
      return;
    }
  }
  out.done = parser.is_done();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Outcome whole;
  Outcome pieces;
  parse(text, text.size() + 1, whole);
  parse(text, std::size_t{1} + data[0] % 16, pieces);
  if (whole.done && pieces.done && whole.request.body != pieces.request.body) std::abort();
  return 0;
}
