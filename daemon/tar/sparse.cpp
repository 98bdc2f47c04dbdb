#include "daemon/tar/sparse.hpp"

#include <limits>

#include "daemon/tar/header.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::tar {

Result<> check_map(const SparseMap& map, std::int64_t real_size, std::int64_t stored) {
  std::int64_t end = 0, sum = 0;
  for (const auto& r : map) {
    if (r.offset < end || r.length < 0 || r.offset > real_size || r.length > real_size - r.offset)
      return invalid_header();
    end = r.offset + r.length;
    sum += r.length;
  }
  if (sum != stored) return invalid_header();
  return {};
}

namespace {

// Pairs of 12-byte numbers; an empty one ends the list.
Result<> add_pairs(std::string_view fields, SparseMap& map) {
  for (; fields.size() >= 24; fields.remove_prefix(24)) {
    if (fields[0] == 0) return {};
    const auto offset = parse_number(fields.substr(0, 12)),
               length = parse_number(fields.substr(12, 12));
    if (!offset || !length || map.size() >= kMaxRegions) return invalid_header();
    map.push_back({*offset, *length});
  }
  return {};
}

std::optional<std::int64_t> decimal(std::string_view text) {
  const auto value = parse_int(text);
  if (!value || *value < 0) return std::nullopt;
  return value;
}

// Decimal lines out of blocks.
class Lines {
 public:
  explicit Lines(const NextBlock& next_block) : next_block_(next_block) {}
  Result<std::int64_t> next() {
    std::string line;
    for (;;) {
      if (block_.empty()) {
        block_ = TRY(next_block_());
        used_ += static_cast<std::int64_t>(block_.size());
      }
      const char c = block_.front();
      block_.remove_prefix(1);
      if (c == '\n') break;
      line += c;
      if (line.size() > 20) return invalid_header();
    }
    const auto value = decimal(line);
    if (!value) return invalid_header();
    return *value;
  }
  [[nodiscard]] std::int64_t used() const { return used_; }

 private:
  const NextBlock& next_block_;
  std::string_view block_;
  std::int64_t used_ = 0;
};

}  // namespace

Result<SparseMap> old_gnu_map(std::string_view header_block, const NextBlock& next_block) {
  SparseMap map;
  TRY(add_pairs(header_block.substr(386, 96), map));
  bool more = header_block[482] != 0;
  while (more) {
    const auto block = TRY(next_block());
    TRY(add_pairs(block.substr(0, 504), map));
    more = block[504] != 0;
  }
  return map;
}

Result<SparseMap> pax_map(const PaxRecords& records) {
  SparseMap map;
  std::optional<std::int64_t> offset;
  for (const auto& [key, value] : records) {
    if (map.size() >= kMaxRegions) return invalid_header();
    if (key == "GNU.sparse.offset") {
      offset = decimal(value);
      if (!offset) return invalid_header();
    } else if (key == "GNU.sparse.numbytes") {
      const auto length = decimal(value);
      if (!length || !offset) return invalid_header();
      map.push_back({*offset, *length});
      offset.reset();
    } else if (key == "GNU.sparse.map" && !value.empty()) {
      const auto numbers = split(value, ',');
      if (numbers.size() % 2 != 0 || numbers.size() / 2 > kMaxRegions) return invalid_header();
      for (std::size_t i = 0; i < numbers.size(); i += 2) {
        const auto o = decimal(numbers[i]), l = decimal(numbers[i + 1]);
        if (!o || !l) return invalid_header();
        map.push_back({*o, *l});
      }
    }
  }
  return map;
}

Result<SparseMap> data_map(const NextBlock& next_block, std::int64_t& used) {
  Lines lines(next_block);
  const auto count = TRY(lines.next());
  if (count > static_cast<std::int64_t>(kMaxRegions)) return invalid_header();
  SparseMap map;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto offset = TRY(lines.next());
    const auto length = TRY(lines.next());
    map.push_back({offset, length});
  }
  used = lines.used();
  return map;
}

}  // namespace hexad::tar
