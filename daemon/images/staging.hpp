// A folder of ours in DATA/tmp where an operation puts what it has received, until it is known
// to be good. Gone with the object, whatever happens; what a killed daemon left is removed at
// the next start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/paths.hpp"
#include "daemon/tar/stream.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::images {

inline constexpr std::string_view kTmpPrefix = "image-";

class Staging {
 public:
  static Result<Staging> make(const Paths& paths);
  Staging(Staging&& o) noexcept : path_(std::move(o.path_)) { o.path_.clear(); }
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  // A new name in the folder; nothing is made.
  std::string name(std::string_view what);

 private:
  explicit Staging(std::string path) : path_(std::move(path)) {}
  std::string path_;
  unsigned count_ = 0;
};

struct StagedFile {
  std::string path;    // in the staging folder
  std::string digest;  // sha256, hex
  std::int64_t size = 0;
};

// Writes pieces to a new file.
class FileWriter {
 public:
  static Result<FileWriter> create(std::string path);
  Result<> write(std::string_view bytes);
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  FileWriter(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  UniqueFd fd_;
  std::int64_t size_ = 0;
};

// A file in pieces.
class FileStream : public tar::Stream {
 public:
  static Result<FileStream> open(const std::string& path);
  Result<std::string_view> next() override;

 private:
  explicit FileStream(UniqueFd fd) : fd_(std::move(fd)), buffer_(512U << 10) {}
  UniqueFd fd_;
  std::vector<char> buffer_;
};

}  // namespace hexad::images
