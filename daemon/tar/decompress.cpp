#include "daemon/tar/decompress.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <optional>
#include <string>

namespace hexad::tar {

Result<std::string_view> SourceStream::next() {
  std::size_t have = 0;
  while (!ended_ && have < buffer_.size() / 2) {
    const auto n = TRY(source_(buffer_.data() + have, buffer_.size() - have));
    if (n == 0) ended_ = true;
    have += n;
  }
  return std::string_view(buffer_.data(), have);
}

Result<std::string_view> TapStream::next() {
  const auto piece = TRY(inner_.next());
  if (!piece.empty()) TRY(tap_(piece));
  return piece;
}

Result<> drain(Stream& stream) {
  while (!TRY(stream.next()).empty()) {
  }
  return {};
}

Compression detect(std::string_view first_bytes) {
  using namespace std::string_view_literals;
  if (first_bytes.starts_with("\x1f\x8b\x08"sv)) return Compression::gzip;
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  if (first_bytes.starts_with("\xfd\x37zXZ\0"sv)) return Compression::xz;
  if (first_bytes.starts_with("BZh"sv)) return Compression::bzip2;
  return Compression::none;
}

namespace {

// Gives a piece that was read ahead once more, then the rest.
class Rewound : public Stream {
 public:
  Rewound(std::string_view first, Stream& inner) : first_(first), inner_(inner) {}
  Result<std::string_view> next() override {
    if (first_) {
      const auto piece = *first_;
      first_.reset();
      return piece;
    }
    return inner_.next();
  }

 private:
  std::optional<std::string_view> first_;
  Stream& inner_;
};

class Filter : public Stream {
 public:
  Filter(std::string_view first, Stream& inner)
      : input_(first, inner), archive_(::archive_read_new()) {}
  ~Filter() override { ::archive_read_free(archive_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  Result<> open(Compression compression) {
    if (archive_ == nullptr) return fail(Code::internal, "archive_read_new: out of memory");
    // Only the one filter: a second compression inside is no tar archive and is refused as such.
    switch (compression) {
      case Compression::gzip: ::archive_read_support_filter_gzip(archive_); break;
      case Compression::zstd: ::archive_read_support_filter_zstd(archive_); break;
      case Compression::xz: ::archive_read_support_filter_xz(archive_); break;
      case Compression::bzip2: ::archive_read_support_filter_bzip2(archive_); break;
      case Compression::none: break;
    }
    ::archive_read_support_format_raw(archive_);
    ::archive_read_support_format_empty(archive_);
    if (::archive_read_open(archive_, this, nullptr, &Filter::read, nullptr) != ARCHIVE_OK)
      return broken();
    ::archive_entry* entry = nullptr;
    const int r = ::archive_read_next_header(archive_, &entry);
    if (r == ARCHIVE_EOF) {
      ended_ = true;
      return {};
    }
    if (r < ARCHIVE_WARN) return broken();
    // The filter and libarchive's own "none" at the bottom.
    if (::archive_filter_count(archive_) > 2) {
      return fail(Code::invalid_argument, "the archive is compressed more than once");
    }
    return {};
  }

  Result<std::string_view> next() override {
    while (!ended_) {
      const void* bytes = nullptr;
      std::size_t size = 0;
      ::la_int64_t offset = 0;
      const int r = ::archive_read_data_block(archive_, &bytes, &size, &offset);
      if (r == ARCHIVE_EOF) {
        ended_ = true;
      } else if (r < ARCHIVE_WARN) {
        return broken();
      } else if (size != 0) {
        return std::string_view(static_cast<const char*>(bytes), size);
      }
    }
    if (failed_) return pass(*failed_);
    return std::string_view();
  }

 private:
  static ::la_ssize_t read(::archive* a, void* self, const void** bytes) {
    auto* me = static_cast<Filter*>(self);
    auto piece = me->input_.next();
    if (!piece) {
      me->failed_ = std::move(piece).error();
      ::archive_set_error(a, EIO, "the source failed");
      return -1;
    }
    *bytes = piece->data();
    return static_cast<::la_ssize_t>(piece->size());
  }

  tl::unexpected<Error> broken() {
    if (failed_) return pass(*failed_);
    const char* text = ::archive_error_string(archive_);
    return fail(Code::invalid_argument, "cannot decompress the archive: {}",
                text == nullptr ? "broken data" : text);
  }

  Rewound input_;
  std::optional<Error> failed_;  // of the source; takes precedence over libarchive's text
  bool ended_ = false;
  ::archive* archive_;
};

}  // namespace

Result<Decompressed> decompress(Stream& inner) {
  const auto first = TRY(inner.next());
  const auto compression = detect(first);
  if (compression == Compression::none) {
    return Decompressed{compression, std::make_unique<Rewound>(first, inner)};
  }
  auto filter = std::make_unique<Filter>(first, inner);
  TRY(filter->open(compression));
  return Decompressed{compression, std::move(filter)};
}

}  // namespace hexad::tar
