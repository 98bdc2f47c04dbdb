// The container's log, written by the shim itself, so that nothing depends on the daemon. Lines of
// more than 16 KiB are split (only the last piece has its "\n"), files rotate as in Docker: the
// file itself, then .1, .2 ... A disk that is full loses records, never the container.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/shim/json_line.hpp"

namespace hexad::shim {

class LogFile {
 public:
  // max_size in bytes, 0: unbounded. max_files counts the current one.
  static Result<LogFile> open(std::string path, std::uint64_t max_size, std::uint32_t max_files);

  // Output as it was read; `ns`: when. Complete lines are in the file when this returns.
  void write(Stream stream, std::string_view bytes, std::int64_t ns);
  // The stream has ended: what is left of it is a record without "\n".
  void finish(Stream stream, std::int64_t ns);

  // Gives the memory of a burst back.
  void relax() { std::string().swap(buffer_); }

  static constexpr std::size_t kMaxLine = 16U << 10;

 private:
  struct Partial {
    std::string bytes;            // of a line that has not ended
    bool split = false;           // pieces of it have been written
    std::int64_t split_time = 0;  // all pieces bear the time of the first
    // The end of a record, kept for as long as the time is the same.
    std::string tail;
    std::int64_t tail_time = -1;
  };

  void line(Stream stream, std::string_view text, std::int64_t ns, bool ended);
  void record(Stream stream, std::string_view head, std::string_view text, bool newline,
              std::int64_t ns);
  void flush();
  void rotate();

  std::string path_;
  std::uint64_t max_size_ = 0, size_ = 0;
  std::uint32_t max_files_ = 1;
  UniqueFd fd_;
  std::string buffer_;
  std::array<Partial, 2> partial_;
};

}  // namespace hexad::shim
