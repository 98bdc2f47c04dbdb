// Reads a tar archive member by member from a stream. Names, link targets and extended
// attributes are handed on as the bytes they are: libarchive's own tar reader converts them
// through the process's locale, which loses names that are no valid UTF-8, so only its
// decompression filters are used (decompress.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/tar/header.hpp"
#include "daemon/tar/pax.hpp"
#include "daemon/tar/sparse.hpp"
#include "daemon/tar/stream.hpp"

namespace hexad::tar {

enum class Type : std::uint8_t {
  file,
  hard_link,
  symlink,
  char_device,
  block_device,
  directory,
  fifo
};

struct Entry {
  Type type = Type::file;
  std::string path, link;  // as in the archive
  std::uint32_t mode = 0;  // 07777
  std::uint32_t uid = 0, gid = 0;
  Time mtime;
  std::int64_t size = 0;  // of the file once unpacked (a sparse one is larger than what is stored)
  std::uint32_t device_major = 0, device_minor = 0;
  std::vector<std::pair<std::string, std::string>> xattrs;  // from SCHILY.xattr.*
};

struct Piece {
  std::int64_t offset = 0;  // in the file
  std::string_view bytes;   // valid until the next call; empty at the end
};

class Reader {
 public:
  explicit Reader(Stream& stream) : stream_(stream) {}

  // False at the end of the archive. What was not read of the last member is skipped.
  // invalid_argument: broken, cut off, or of a kind that no file system has.
  Result<bool> next(Entry& entry);
  Result<Piece> data();
  // After the last member: reads the padding to the end of the stream.
  Result<> finish();

 private:
  Result<bool> read_block();  // into block_; false at a clean end
  Result<std::string_view> take(std::int64_t most);
  Result<> skip(std::int64_t bytes);
  Result<std::string> read_special(std::int64_t size);
  Result<> begin_data(const Header& header, const PaxRecords& pax, Entry& entry);
  Result<std::string_view> map_block();

  Stream& stream_;
  std::string_view piece_;
  char block_[kBlockSize] = {};
  std::int64_t left_ = 0;  // stored bytes of this member not yet read
  std::int64_t padding_ = 0;
  std::int64_t position_ = 0;  // in the file, when it is not sparse
  bool sparse_ = false, ended_ = false;
  SparseMap map_;
  std::size_t region_ = 0;
};

}  // namespace hexad::tar
