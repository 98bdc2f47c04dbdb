// Aligned columns as Go's text/tabwriter lays them out.
#pragma once

#include <string>
#include <string_view>

namespace hexad::client {

// `text`: lines of cells, each cell but the last ended by a tab. A column is as wide as its
// widest cell among the adjacent lines that have it, plus `padding`, at least `min_width`.
std::string align_columns(std::string_view text, std::size_t min_width, std::size_t padding);
// Characters, not bytes, of UTF-8.
std::size_t text_width(std::string_view text);
// At most `width` characters, the last one "…" when something was cut off.
std::string ellipsis(std::string_view text, std::size_t width);

}  // namespace hexad::client
