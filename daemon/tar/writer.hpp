// Writes tar archives of plain files and directories (save): ustar, with pax records only where a
// name or a size does not fit.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/tar/pax.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::tar {

class Writer {
 public:
  using Sink = std::function<Result<>(std::string_view)>;
  explicit Writer(Sink sink) : sink_(std::move(sink)) {}

  Result<> directory(const std::string& path, std::uint32_t mode, Time mtime);
  Result<> file(const std::string& path, std::uint32_t mode, Time mtime, std::string_view bytes);
  // Exactly `size` bytes must follow by data(), then end_file().
  Result<> begin_file(const std::string& path, std::uint32_t mode, Time mtime, std::int64_t size);
  Result<> data(std::string_view bytes) { return sink_(bytes); }
  Result<> end_file();
  Result<> finish();  // the two empty blocks

 private:
  Result<> header(const std::string& path, char flag, std::uint32_t mode, Time mtime,
                  std::int64_t size);
  Sink sink_;
  std::int64_t size_ = 0;
};

}  // namespace hexad::tar
