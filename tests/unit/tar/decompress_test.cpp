#include "daemon/tar/decompress.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>

#include "daemon/tar/digest.hpp"
#include "tests/support/tar_builder.hpp"

using namespace hexad;

namespace {

std::string compress(const std::string& text, int (*filter)(::archive*)) {
  std::string out(text.size() * 2 + 100'000, '\0');
  std::size_t used = 0;
  auto* a = ::archive_write_new();
  ::archive_write_set_format_raw(a);
  filter(a);
  ::archive_write_open_memory(a, out.data(), out.size(), &used);
  auto* e = ::archive_entry_new();
  ::archive_entry_set_filetype(e, AE_IFREG);
  ::archive_write_header(a, e);
  ::archive_write_data(a, text.data(), text.size());
  ::archive_entry_free(e);
  ::archive_write_close(a);
  ::archive_write_free(a);
  out.resize(used);
  return out;
}

Result<std::string> expand(const std::string& bytes, std::size_t step = 1000) {
  tar::SourceStream stream(support::source_of(bytes, step), 4096);
  auto plain = TRY(tar::decompress(stream));
  std::string out;
  for (;;) {
    const auto piece = TRY(plain.stream->next());
    if (piece.empty()) return out;
    out += piece;
  }
}

std::string sample() {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i * 7919);
  return text;
}

}  // namespace

TEST_CASE("each compression is recognised and undone") {
  const auto text = sample();
  CHECK(*expand(text) == text);
  CHECK(*expand("") == "");
  for (auto* filter : {&::archive_write_add_filter_gzip, &::archive_write_add_filter_zstd,
                       &::archive_write_add_filter_xz, &::archive_write_add_filter_bzip2}) {
    const auto packed = compress(text, filter);
    REQUIRE(tar::detect(packed) != tar::Compression::none);
    auto plain = expand(packed);
    REQUIRE(plain);
    CHECK(*plain == text);
  }
}

TEST_CASE("compressed data that is cut off or damaged is refused") {
  const auto text = sample();
  for (auto* filter : {&::archive_write_add_filter_gzip, &::archive_write_add_filter_zstd,
                       &::archive_write_add_filter_xz, &::archive_write_add_filter_bzip2}) {
    auto packed = compress(text, filter);
    auto cut = expand(packed.substr(0, packed.size() / 2));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code == Code::invalid_argument);
    for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 40; ++i)
      packed[i] = static_cast<char>(~packed[i]);
    auto bad = expand(packed);
    CHECK((!bad || *bad != text));
  }
}

TEST_CASE("what is compressed twice is not unpacked twice") {
  const auto once = compress("hello", &::archive_write_add_filter_gzip);
  auto plain = expand(compress(once, &::archive_write_add_filter_gzip));
  CHECK((!plain || *plain == once));
}

TEST_CASE("digests, here and on a thread beside") {
  CHECK(tar::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto text = sample() + sample() + sample();
  for (const std::size_t step : {1000U, 300'000U, 10'000'000U}) {
    tar::SideSha256 side;
    for (std::size_t at = 0; at < text.size(); at += step)
      side.update(std::string_view(text).substr(at, step));
    CHECK(side.finish() == tar::sha256_hex(text));
  }
  CHECK(tar::SideSha256().finish() == tar::sha256_hex(""));
  tar::SideSha256 abandoned;
  abandoned.update("x");
}
