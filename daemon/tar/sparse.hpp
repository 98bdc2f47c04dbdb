// The maps of sparse members: which parts of a file are stored, in all four forms that GNU tar
// has written (old header, pax 0.0, 0.1, 1.0). GNU tar manual, "Storing Sparse Files".
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "daemon/tar/pax.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::tar {

struct Region {
  std::int64_t offset = 0, length = 0;
  friend bool operator==(const Region&, const Region&) = default;
};
using SparseMap = std::vector<Region>;

// As many regions as a map may have: 4 MiB of memory.
inline constexpr std::size_t kMaxRegions = 1U << 18;

// Ascending, not overlapping, inside `real_size`, and together as long as `stored`.
Result<> check_map(const SparseMap& map, std::int64_t real_size, std::int64_t stored);

// Reads whole blocks of the archive for a map that goes on after its header.
using NextBlock = std::function<Result<std::string_view>()>;
Result<SparseMap> old_gnu_map(std::string_view header_block, const NextBlock& next_block);
// pax 0.0 (offset and numbytes records) and 0.1 (one map record).
Result<SparseMap> pax_map(const PaxRecords& records);
// pax 1.0: decimal lines at the start of the data, filled up to a block. `used`: their bytes.
Result<SparseMap> data_map(const NextBlock& next_block, std::int64_t& used);

}  // namespace hexad::tar
