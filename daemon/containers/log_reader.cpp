#include "daemon/containers/log_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

constexpr std::size_t kBlock = 256U << 10;
// A line is at most 16 KiB of text, sixfold when every byte is escaped; more is damage.
constexpr std::size_t kMaxLine = 1U << 20;
constexpr std::size_t kFullTime = sizeof("2006-01-02T15:04:05.000000000Z") - 1;

std::string rotated(const std::string& path, unsigned index) {
  return index == 0 ? path : fmt::format("{}.{}", path, index);
}

// How many files there are: path, path.1, path.2 ...
unsigned count_files(const std::string& path) {
  unsigned count = 0;
  while (path_exists(rotated(path, count))) ++count;
  return count;
}

// The end of the JSON string that starts at `at` (its closing quote), or npos.
std::size_t string_end(std::string_view line, std::size_t at) {
  while (at < line.size()) {
    const auto* quote =
        static_cast<const char*>(std::memchr(line.data() + at, '"', line.size() - at));
    if (quote == nullptr) return std::string_view::npos;
    const auto end = static_cast<std::size_t>(quote - line.data());
    std::size_t slashes = 0;
    while (end > at + slashes && line[end - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return end;
    at = end + 1;
  }
  return std::string_view::npos;
}

// The value of "key":" in what follows the text; nothing when it is not there.
std::optional<std::string_view> string_value(std::string_view rest, std::string_view key) {
  const auto at = rest.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const auto start = at + key.size();
  const auto end = rest.find('"', start);
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(start, end - start);
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (code >> 6U)));
    out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0U | (code >> 12U)));
    out.push_back(static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)));
    out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
  } else {
    out.push_back(static_cast<char>(0xF0U | (code >> 18U)));
    out.push_back(static_cast<char>(0x80U | ((code >> 12U) & 0x3FU)));
    out.push_back(static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)));
    out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
  }
}

std::optional<std::uint32_t> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
    value = value * 16 + digit;
  }
  return value;
}

// \uXXXX at `at` (of the backslash), a surrogate pair counts as one; moves `at` behind it.
bool append_unicode(std::string& out, std::string_view text, std::size_t& at) {
  const auto first = hex4(text, at + 2);
  if (!first) return false;
  at += 6;
  std::uint32_t code = *first;
  if (code >= 0xD800 && code < 0xDC00 && text.substr(at, 2) == "\\u") {
    const auto second = hex4(text, at + 2);
    if (second && *second >= 0xDC00 && *second < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10U) + (*second - 0xDC00);
      at += 6;
    }
  }
  append_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
  return true;
}

}  // namespace

std::optional<LogLine> parse_log_line(std::string_view line) {
  constexpr std::string_view kStart = R"({"log":")";
  if (!line.starts_with(kStart)) return std::nullopt;
  const auto end = string_end(line, kStart.size());
  if (end == std::string_view::npos) return std::nullopt;
  LogLine out;
  out.text = line.substr(kStart.size(), end - kStart.size());
  const auto rest = line.substr(end);
  const auto stream = string_value(rest, R"("stream":")");
  const auto time = string_value(rest, R"("time":")");
  if (!stream || !time || rest.back() != '}') return std::nullopt;
  out.is_stderr = *stream == "stderr";
  out.time = *time;
  return out;
}

bool append_unescaped(std::string& out, std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto* slash =
        static_cast<const char*>(std::memchr(text.data() + at, '\\', text.size() - at));
    const std::size_t stop =
        slash == nullptr ? text.size() : static_cast<std::size_t>(slash - text.data());
    out.append(text.substr(at, stop - at));
    at = stop;
    if (at == text.size()) break;
    if (at + 1 >= text.size()) return false;
    switch (text[at + 1]) {
      case 'n': out.push_back('\n'); break;
      case 't': out.push_back('\t'); break;
      case 'r': out.push_back('\r'); break;
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case '"':
      case '\\':
      case '/': out.push_back(text[at + 1]); break;
      case 'u':
        if (!append_unicode(out, text, at)) return false;
        continue;
      default: return false;
    }
    at += 2;
  }
  return true;
}

Result<LogReader> LogReader::open(std::string path, LogQuery query) {
  LogReader reader(std::move(path), query);
  if (query.tail) {
    TRY(reader.find_tail());
    return reader;
  }
  const unsigned files = count_files(reader.path_);
  if (files == 0) return reader;
  auto file = open_at(AT_FDCWD, rotated(reader.path_, files - 1), O_RDONLY);
  if (!file) file = open_at(AT_FDCWD, reader.path_, O_RDONLY);  // rotated away meanwhile
  if (!file) return pass(std::move(file).error());
  reader.file_ = std::move(*file);
  return reader;
}

namespace {

// Counts line ends from the end of the file backwards until `wanted` lines lie behind the
// returned offset. `wanted` is lowered by the lines found.
Result<off_t> offset_of_last_lines(int fd, std::uint64_t& wanted) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return sys_fail("stat log");
  off_t end = st.st_size;
  std::string block(kBlock, '\0');
  bool at_very_end = true;
  while (end > 0) {
    const auto size = static_cast<std::size_t>(std::min<off_t>(end, static_cast<off_t>(kBlock)));
    const off_t start = end - static_cast<off_t>(size);
    const ssize_t n = ::pread(fd, block.data(), size, start);
    if (n != static_cast<ssize_t>(size)) return sys_fail("read log");
    std::size_t at = size;
    while (at > 0) {
      const auto* hit = static_cast<const char*>(::memrchr(block.data(), '\n', at));
      if (hit == nullptr) break;
      at = static_cast<std::size_t>(hit - block.data());
      const off_t behind = start + static_cast<off_t>(at) + 1;
      if (at_very_end) {
        // What follows the last line end is an unfinished line, or nothing.
        at_very_end = false;
        continue;
      }
      if (--wanted == 0) return behind;
    }
    end = start;
  }
  if (!at_very_end && wanted > 0) --wanted;  // the first line of the file
  return off_t{0};
}

}  // namespace

Result<> LogReader::find_tail() {
  std::uint64_t wanted = *query_.tail;
  const unsigned files = count_files(path_);
  for (unsigned index = 0; index < files; ++index) {
    auto file = open_at(AT_FDCWD, rotated(path_, index), O_RDONLY);
    if (!file) break;
    off_t offset = 0;
    if (wanted == 0) {
      // Only what comes from now on.
      offset = ::lseek(file->get(), 0, SEEK_END);
    } else {
      offset = TRY(offset_of_last_lines(file->get(), wanted));
    }
    if (::lseek(file->get(), offset, SEEK_SET) < 0) return sys_fail("seek log");
    file_ = std::move(*file);
    if (wanted == 0) break;
  }
  return {};
}

Result<bool> LogReader::open_following() {
  struct stat mine {};
  if (file_ && ::fstat(file_.get(), &mine) != 0) return sys_fail("stat log");
  const unsigned files = count_files(path_);
  if (files == 0) return false;
  unsigned next = files - 1;  // our file was rotated away: go on with the oldest
  if (file_) {
    for (unsigned index = 0; index < files; ++index) {
      struct stat st {};
      if (::stat(rotated(path_, index).c_str(), &st) != 0) continue;
      if (st.st_ino != mine.st_ino || st.st_dev != mine.st_dev) continue;
      if (index == 0) return false;
      next = index - 1;
      break;
    }
  }
  auto file = open_at(AT_FDCWD, rotated(path_, next), O_RDONLY);
  if (!file) return false;
  (file_ ? next_ : file_) = std::move(*file);
  return true;
}

void LogReader::emit(std::string& out, std::string_view line) {
  const auto parsed = parse_log_line(line);
  if (!parsed) return;
  if (query_.since != 0 || query_.until != 0) {
    const auto time = parse_time(parsed->time);
    if (!time || *time < query_.since) return;
    if (query_.until != 0 && *time > query_.until) {
      finished_ = true;
      return;
    }
  }
  if (parsed->is_stderr ? !query_.want_stderr : !query_.want_stdout) return;
  const std::size_t before = out.size();
  if (query_.framed) out.append(8, '\0');
  if (query_.timestamps) {
    // The file leaves trailing zeros out, as Go does; clients are shown nine digits always.
    const auto time = parsed->time.size() == kFullTime ? std::nullopt : parse_time(parsed->time);
    out.append(time ? format_time(*time) : std::string(parsed->time)).push_back(' ');
  }
  if (!append_unescaped(out, parsed->text)) {
    out.resize(before);
    return;
  }
  if (query_.framed) {
    const auto length = static_cast<std::uint32_t>(out.size() - before - 8);
    out[before] = parsed->is_stderr ? 2 : 1;
    for (unsigned i = 0; i < 4; ++i)
      out[before + 4 + i] = static_cast<char>((length >> (24U - 8U * i)) & 0xFFU);
  }
}

Result<std::string> LogReader::next(std::size_t size) {
  std::string out;
  buffer_.resize(std::max(size, kBlock));
  while (out.size() < size && !finished_) {
    if (!file_ && !TRY(open_following())) break;
    const ssize_t n = ::read(file_.get(), buffer_.data(), buffer_.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return sys_fail("read log");
    }
    if (n == 0) {
      // Read once more after the look: lines may have come between the end that was read and the
      // rotation. A rotated file gets no more, so the second end is final.
      if (next_) {
        file_ = std::move(next_);
        rest_.clear();
      } else if (!TRY(open_following())) {
        break;
      }
      continue;
    }
    std::string_view fresh(buffer_.data(), static_cast<std::size_t>(n));
    const auto first_end = fresh.find('\n');
    if (!rest_.empty()) {
      if (first_end == std::string_view::npos) {
        rest_.append(fresh);
        if (rest_.size() > kMaxLine) rest_.clear();
        continue;
      }
      rest_.append(fresh.substr(0, first_end));
      emit(out, rest_);
      rest_.clear();
      fresh.remove_prefix(first_end + 1);
    }
    while (!fresh.empty() && !finished_) {
      const auto end = fresh.find('\n');
      if (end == std::string_view::npos) {
        rest_.assign(fresh);
        break;
      }
      emit(out, fresh.substr(0, end));
      fresh.remove_prefix(end + 1);
    }
  }
  if (out.empty()) {
    // A waiting follower keeps no buffer.
    buffer_.clear();
    buffer_.shrink_to_fit();
  }
  return out;
}

}  // namespace hexad::containers
