// Column layout. A column is a block of adjacent lines, as in Go: one line without a cell ends it.
#include "client/tables.hpp"

#include <algorithm>
#include <vector>

#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

using Row = std::vector<std::string_view>;

class Layout {
 public:
  Layout(std::vector<Row> rows, std::size_t min_width, std::size_t padding)
      : rows_(std::move(rows)), min_width_(min_width), padding_(padding) {}

  std::string run() {
    block(0, rows_.size());
    if (out_.ends_with('\n')) out_.pop_back();  // of the empty piece after the last line break
    return std::move(out_);
  }

 private:
  // Lays out rows [from, to); the widths of the columns to the left are in widths_.
  void block(std::size_t from, std::size_t to) {
    const std::size_t column = widths_.size();
    for (std::size_t row = from; row < to; ++row) {
      if (column + 1 >= rows_[row].size()) continue;  // the last cell belongs to no column
      print(from, row);
      from = row;
      std::size_t width = min_width_;
      while (row < to && column + 1 < rows_[row].size()) {
        width = std::max(width, text_width(rows_[row][column]) + padding_);
        ++row;
      }
      widths_.push_back(width);
      block(from, row);
      widths_.pop_back();
      from = row;
      --row;
    }
    print(from, to);
  }

  void print(std::size_t from, std::size_t to) {
    for (std::size_t row = from; row < to; ++row) {
      for (std::size_t i = 0; i < rows_[row].size(); ++i) {
        const std::string_view cell = rows_[row][i];
        out_ += cell;
        if (i < widths_.size() && i + 1 < rows_[row].size()) {
          const std::size_t used = text_width(cell);
          if (used < widths_[i]) out_.append(widths_[i] - used, ' ');
        }
      }
      out_ += '\n';
    }
  }

  std::vector<Row> rows_;
  std::size_t min_width_, padding_;
  std::vector<std::size_t> widths_;
  std::string out_;
};

}  // namespace

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string ellipsis(std::string_view text, std::size_t width) {
  if (text_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t seen = 0, bytes = 0;
  while (bytes < text.size()) {
    if (starts_character(text[bytes]) && ++seen == width) break;
    ++bytes;
  }
  return std::string(text.substr(0, bytes)) + "\xe2\x80\xa6";
}

std::string align_columns(std::string_view text, std::size_t min_width, std::size_t padding) {
  std::vector<Row> rows;
  for (const std::string_view line : split(text, '\n')) rows.push_back(split(line, '\t'));
  return Layout(std::move(rows), min_width, padding).run();
}

}  // namespace hexad::client
