// Reads a container's log: Docker's json-file format, one JSON object a line, over the rotated
// files from the oldest to the newest. Blocking; a follower calls next() again when the file has
// changed. A damaged line is passed over, the reading goes on with the next one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::containers {

struct LogQuery {
  bool want_stdout = true, want_stderr = true;
  bool timestamps = false;
  bool framed = true;                 // 8-byte stream headers (no terminal)
  std::optional<std::uint64_t> tail;  // last lines; absent: all
  std::int64_t since = 0, until = 0;  // ns since the epoch; 0: unbounded
};

// One line of a log file, taken apart. Views into the line.
struct LogLine {
  std::string_view text;  // still JSON-escaped
  bool is_stderr = false;
  std::string_view time;  // RFC 3339
};
[[nodiscard]] std::optional<LogLine> parse_log_line(std::string_view line);
// Appends the text of a JSON string's inside; false when an escape is broken.
bool append_unescaped(std::string& out, std::string_view escaped);

class LogReader {
 public:
  // `path`: the newest file. A missing log reads as empty.
  static Result<LogReader> open(std::string path, LogQuery query);

  // The next piece of output, ready for the client, of about `size` bytes; empty at the end of
  // what is there now. finished(): `until` has been passed.
  Result<std::string> next(std::size_t size = 256U << 10);
  [[nodiscard]] bool finished() const noexcept { return finished_; }

 private:
  LogReader(std::string path, LogQuery query) : path_(std::move(path)), query_(query) {}
  Result<> find_tail();
  // Opens the file after the current one as next_ (or the oldest as file_); false: there is none.
  Result<bool> open_following();
  void emit(std::string& out, std::string_view line);

  std::string path_;
  LogQuery query_;
  UniqueFd file_, next_;
  std::string rest_;  // an unfinished line
  std::string buffer_;
  bool finished_ = false;
};

}  // namespace hexad::containers
