#include "api/stream_frame.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::api;

TEST_CASE("a header is the stream, three zeros and the length") {
  CHECK(frame(StreamKind::stdout_, "hi") == std::string("\x01\0\0\0\0\0\0\x02hi", 10));
  CHECK(frame(StreamKind::stderr_, std::string(0x010203, 'x')).substr(0, 8) ==
        std::string("\x02\0\0\0\0\x01\x02\x03", 8));
}

TEST_CASE("frames are found however the bytes are cut") {
  const auto wire = frame(StreamKind::stdout_, "hello") + frame(StreamKind::stderr_, "") +
                    frame(StreamKind::stderr_, "oops") + frame(StreamKind::stdout_, " world");
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    FrameDecoder decoder;
    std::string out, err;
    const auto sink = [&](StreamKind kind, std::string_view bytes) -> Result<> {
      (kind == StreamKind::stdout_ ? out : err) += bytes;
      return {};
    };
    for (std::size_t at = 0; at < wire.size(); at += step)
      REQUIRE(decoder.feed(std::string_view(wire).substr(at, step), sink));
    CHECK(out == "hello world");
    CHECK(err == "oops");
    CHECK(decoder.complete());
  }
}

TEST_CASE("an unknown stream and a failing sink are errors; a cut frame is not complete") {
  FrameDecoder decoder;
  const auto ignore = [](StreamKind, std::string_view) -> Result<> { return {}; };
  CHECK_FALSE(decoder.feed(std::string("\x07\0\0\0\0\0\0\x01x", 9), ignore));
  FrameDecoder second;
  CHECK_FALSE(second.feed(
      frame(StreamKind::stdout_, "x"),
      [](StreamKind, std::string_view) -> Result<> { return fail(Code::internal, "full"); }));
  FrameDecoder third;
  CHECK(third.feed(frame(StreamKind::stdout_, "xyz").substr(0, 9), ignore));
  CHECK_FALSE(third.complete());
}
