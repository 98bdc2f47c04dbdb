#include "libcontainer/shim/logfile.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <cstring>

#include "libcontainer/base/io.hpp"

namespace hexad::shim {

namespace {

constexpr std::size_t kFlushAt = 128U << 10;     // bytes gathered for one write
constexpr std::size_t kKeepCapacity = 4U << 10;  // what a quiet log holds on to
constexpr mode_t kMode = 0640;

Result<UniqueFd> open_log(const std::string& path, int flags) {
  return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | flags, kMode);
}

}  // namespace

Result<LogFile> LogFile::open(std::string path, std::uint64_t max_size, std::uint32_t max_files) {
  LogFile log;
  log.fd_ = TRY(open_log(path, 0));
  struct stat st {};
  if (::fstat(log.fd_.get(), &st) != 0) return sys_fail("stat {}", path);
  log.size_ = static_cast<std::uint64_t>(st.st_size);
  log.path_ = std::move(path);
  log.max_size_ = max_size;
  log.max_files_ = max_files == 0 ? 1 : max_files;
  return log;
}

void LogFile::record(Stream stream, std::string_view head, std::string_view text, bool newline,
                     std::int64_t ns) {
  // Docker looks at the size before a record, so that a file may be one record larger.
  if (max_size_ != 0 && size_ + buffer_.size() >= max_size_) {
    flush();
    rotate();
  }
  auto& p = partial_[stream == Stream::err ? 1 : 0];
  if (p.tail_time != ns) {
    p.tail = json_line_tail(stream, ns);
    p.tail_time = ns;
  }
  buffer_.append("{\"log\":\"");
  append_json_escaped(buffer_, head);
  append_json_escaped(buffer_, text);
  if (newline) buffer_.append("\\n");
  buffer_.append(p.tail);
  if (buffer_.size() >= kFlushAt) flush();
}

// `text` completes the line (ended) or fills it up to kMaxLine.
void LogFile::line(Stream stream, std::string_view text, std::int64_t ns, bool ended) {
  auto& p = partial_[stream == Stream::err ? 1 : 0];
  if (!ended && !p.split) p.split_time = ns;
  const std::int64_t when = ended && !p.split ? ns : p.split_time;
  p.split = !ended;
  if (p.bytes.empty()) {
    record(stream, {}, text, ended, when);
    return;
  }
  // One text, since a UTF-8 sequence may lie across two reads.
  p.bytes.append(text);
  record(stream, p.bytes, {}, ended, when);
  p.bytes.clear();
}

void LogFile::write(Stream stream, std::string_view bytes, std::int64_t ns) {
  auto& p = partial_[stream == Stream::err ? 1 : 0];
  while (!bytes.empty()) {
    const std::size_t room = kMaxLine - p.bytes.size();
    const std::size_t reach = bytes.size() < room ? bytes.size() : room;
    const void* found = std::memchr(bytes.data(), '\n', reach);
    if (found != nullptr) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
      line(stream, bytes.substr(0, length), ns, true);
      bytes.remove_prefix(length + 1);
    } else if (reach == room) {
      line(stream, bytes.substr(0, room), ns, false);
      bytes.remove_prefix(room);
    } else {
      p.bytes.append(bytes);
      bytes = {};
    }
  }
  flush();
  if (p.bytes.empty() && p.bytes.capacity() > kKeepCapacity) std::string().swap(p.bytes);
}

void LogFile::finish(Stream stream, std::int64_t ns) {
  auto& p = partial_[stream == Stream::err ? 1 : 0];
  if (!p.bytes.empty()) record(stream, p.bytes, {}, false, p.split ? p.split_time : ns);
  p.bytes.clear();
  p.split = false;
  flush();
}

void LogFile::flush() {
  if (buffer_.empty()) return;
  if (fd_) {
    if (write_all(fd_.get(), buffer_)) {
      size_ += buffer_.size();
    } else {
      // No half record stays behind: the next reader would take two records for one broken line.
      static_cast<void>(::ftruncate(fd_.get(), static_cast<off_t>(size_)) == 0);
    }
  }
  buffer_.clear();
  if (buffer_.capacity() > 4 * kFlushAt) std::string().swap(buffer_);
}

void LogFile::rotate() {
  for (std::uint32_t i = max_files_ - 1; i > 0; --i) {
    const std::string from = i == 1 ? path_ : fmt::format("{}.{}", path_, i - 1);
    ::rename(from.c_str(), fmt::format("{}.{}", path_, i).c_str());
  }
  auto fresh = open_log(path_, O_TRUNC);
  if (fresh) fd_ = std::move(*fresh);
  size_ = 0;
}

}  // namespace hexad::shim
