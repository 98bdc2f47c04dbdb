#include "daemon/tar/reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "libcontainer/base/strings.hpp"

namespace hexad::tar {

namespace {

constexpr std::int64_t kMaxSpecial = 1 << 20;  // a long name or an extended header

tl::unexpected<Error> cut_off() { return fail(Code::invalid_argument, "unexpected EOF"); }

std::int64_t padding_of(std::int64_t size) {
  const auto block = static_cast<std::int64_t>(kBlockSize);
  return (block - size % block) % block;
}

std::optional<Type> type_of(const Header& h) {
  switch (h.flag) {
    case 0: return h.path.ends_with('/') ? Type::directory : Type::file;
    case '0':
    case '7':
    case 'S': return Type::file;
    case '1': return Type::hard_link;
    case '2': return Type::symlink;
    case '3': return Type::char_device;
    case '4': return Type::block_device;
    case '5': return Type::directory;
    case '6': return Type::fifo;
    default: return std::nullopt;
  }
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// What the extended header says instead of the header. An empty value takes the record back.
Result<> apply_pax(const PaxRecords& records, Header& header, Time& mtime, Entry& entry) {
  constexpr std::string_view kXattr = "SCHILY.xattr.";
  for (const auto& [key, value] : records) {
    if (key.starts_with(kXattr)) {
      if (key.size() > kXattr.size()) entry.xattrs.emplace_back(key.substr(kXattr.size()), value);
      continue;
    }
    if (value.empty()) continue;
    if (key == "path" || key == "GNU.sparse.name") {
      header.path = value;
    } else if (key == "linkpath") {
      header.link = value;
    } else if (key == "size" || key == "uid" || key == "gid") {
      const auto number = parse_int(value);
      if (!number || *number < 0) return invalid_header();
      (key == "size" ? header.size : key == "uid" ? header.uid : header.gid) = *number;
    } else if (key == "mtime") {
      const auto time = parse_pax_time(value);
      if (!time) return invalid_header();
      mtime = *time;
    }
  }
  // GNU.sparse.name stands above path wherever it comes.
  for (const auto& [key, value] : records) {
    if (key == "GNU.sparse.name" && !value.empty()) header.path = value;
  }
  return {};
}

std::string_view record(const PaxRecords& records, std::string_view key) {
  std::string_view found;
  for (const auto& [k, v] : records) {
    if (k == key) found = v;
  }
  return found;
}

}  // namespace

Result<std::string_view> Reader::take(std::int64_t most) {
  if (piece_.empty()) piece_ = TRY(stream_.next());
  const auto n = std::min(piece_.size(), static_cast<std::size_t>(std::max<std::int64_t>(most, 0)));
  const auto result = piece_.substr(0, n);
  piece_.remove_prefix(n);
  return result;
}

Result<bool> Reader::read_block() {
  std::size_t have = 0;
  while (have < kBlockSize) {
    const auto part = TRY(take(static_cast<std::int64_t>(kBlockSize - have)));
    if (part.empty()) {
      if (have == 0) return false;
      return cut_off();
    }
    std::memcpy(block_ + have, part.data(), part.size());
    have += part.size();
  }
  return true;
}

Result<> Reader::skip(std::int64_t bytes) {
  while (bytes > 0) {
    const auto part = TRY(take(bytes));
    if (part.empty()) return cut_off();
    bytes -= static_cast<std::int64_t>(part.size());
  }
  return {};
}

Result<std::string> Reader::read_special(std::int64_t size) {
  if (size > kMaxSpecial) return fail(Code::invalid_argument, "archive/tar: header field too long");
  std::string text;
  text.reserve(static_cast<std::size_t>(size));
  while (static_cast<std::int64_t>(text.size()) < size) {
    const auto part = TRY(take(size - static_cast<std::int64_t>(text.size())));
    if (part.empty()) return cut_off();
    text += part;
  }
  TRY(skip(padding_of(size)));
  return text;
}

Result<std::string_view> Reader::map_block() {
  if (!TRY(read_block())) return cut_off();
  return std::string_view(block_, kBlockSize);
}

// Where the data of a member lies: plain, or in the regions of a sparse map.
Result<> Reader::begin_data(const Header& header, const PaxRecords& pax, Entry& entry) {
  sparse_ = false;
  map_.clear();
  region_ = 0;
  position_ = 0;
  left_ = entry.type == Type::file ? header.size : 0;
  padding_ = padding_of(left_);
  entry.size = left_;
  if (entry.type != Type::file) return {};

  const NextBlock next_block = [this] { return map_block(); };
  const auto real = record(pax, "GNU.sparse.realsize"), size = record(pax, "GNU.sparse.size");
  if (header.flag == 'S' && header.format == Format::gnu) {
    const std::string block(block_, kBlockSize);
    const auto real_size = parse_number(std::string_view(block).substr(483, 12));
    if (!real_size || *real_size < 0) return invalid_header();
    map_ = TRY(old_gnu_map(block, next_block));
    entry.size = *real_size;
  } else if (record(pax, "GNU.sparse.major") == "1") {
    const auto real_size = parse_int(real);
    if (!real_size || *real_size < 0) return invalid_header();
    std::int64_t used = 0;
    // The map is part of the member: no block of it may be read from beyond its end.
    const NextBlock bounded = [&, this]() -> Result<std::string_view> {
      if (left_ < static_cast<std::int64_t>(kBlockSize)) return invalid_header();
      left_ -= static_cast<std::int64_t>(kBlockSize);
      return map_block();
    };
    map_ = TRY(data_map(bounded, used));
    entry.size = *real_size;
  } else if (!size.empty() || !real.empty()) {
    const auto real_size = parse_int(size.empty() ? real : size);
    if (!real_size || *real_size < 0) return invalid_header();
    map_ = TRY(pax_map(pax));
    entry.size = *real_size;
  } else {
    return {};
  }
  sparse_ = true;
  return check_map(map_, entry.size, left_);
}

Result<bool> Reader::next(Entry& entry) {
  if (ended_) return false;
  TRY(skip(left_));
  TRY(skip(padding_));
  left_ = padding_ = 0;

  std::optional<std::string> long_name, long_link;
  PaxRecords pax;
  for (;;) {
    if (!TRY(read_block())) {
      if (long_name || long_link || !pax.empty()) return cut_off();
      ended_ = true;
      return false;
    }
    if (is_zero_block(std::string_view(block_, kBlockSize))) {
      // Two of them end the archive; one and nothing more does too.
      if (TRY(read_block()) && !is_zero_block(std::string_view(block_, kBlockSize)))
        return invalid_header();
      ended_ = true;
      return false;
    }
    auto header = TRY(parse_header(std::string_view(block_, kBlockSize)));
    if (header.flag == 'x') {
      pax = TRY(parse_pax(TRY(read_special(header.size))));
      continue;
    }
    if (header.flag == 'g') {  // for all that follows: nobody applies them to image layers
      TRY(parse_pax(TRY(read_special(header.size))));
      continue;
    }
    if (header.flag == 'L' || header.flag == 'K') {
      auto text = TRY(read_special(header.size));
      text.resize(std::min(text.size(), text.find('\0')));
      (header.flag == 'L' ? long_name : long_link) = std::move(text);
      continue;
    }
    if (header.flag == 'V') {  // a volume's label
      TRY(skip(header.size + padding_of(header.size)));
      continue;
    }
    entry = Entry{};
    if (long_name) header.path = *long_name;
    if (long_link) header.link = *long_link;
    entry.mtime.seconds = header.mtime;
    TRY(apply_pax(pax, header, entry.mtime, entry));
    if (has_nul(header.path) || has_nul(header.link)) return invalid_header();
    const auto type = type_of(header);
    if (!type)
      return fail(Code::invalid_argument, "unhandled tar header type {}",
                  static_cast<int>(header.flag));
    constexpr std::int64_t kMaxId = std::numeric_limits<std::uint32_t>::max() - 1;
    if (header.uid < 0 || header.gid < 0 || header.uid > kMaxId || header.gid > kMaxId)
      return invalid_header();
    if (header.size > (std::numeric_limits<std::int64_t>::max() >> 1)) return invalid_header();
    entry.type = *type;
    entry.path = std::move(header.path);
    entry.link = std::move(header.link);
    entry.mode = header.mode;
    entry.uid = static_cast<std::uint32_t>(header.uid);
    entry.gid = static_cast<std::uint32_t>(header.gid);
    entry.device_major = header.device_major;
    entry.device_minor = header.device_minor;
    TRY(begin_data(header, pax, entry));
    return true;
  }
}

Result<Piece> Reader::data() {
  if (left_ == 0) return Piece{};
  std::int64_t most = left_;
  if (sparse_) {
    while (map_[region_].length == 0) ++region_;
    most = map_[region_].length;
  }
  const auto bytes = TRY(take(most));
  if (bytes.empty()) return cut_off();
  const auto n = static_cast<std::int64_t>(bytes.size());
  left_ -= n;
  if (!sparse_) {
    const Piece piece{position_, bytes};
    position_ += n;
    return piece;
  }
  auto& region = map_[region_];
  const Piece piece{region.offset, bytes};
  region.offset += n;
  region.length -= n;
  return piece;
}

Result<> Reader::finish() {
  piece_ = {};
  return drain(stream_);
}

}  // namespace hexad::tar
