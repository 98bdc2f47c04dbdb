#include "daemon/images/layers.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "daemon/images/unpack.hpp"
#include "daemon/tar/decompress.hpp"
#include "daemon/tar/digest.hpp"
#include "daemon/tar/reader.hpp"
#include "daemon/tar/side.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/pidfd.hpp"
#include "libcontainer/base/undo.hpp"

namespace hexad::images {

namespace {

// Unpacks `blob` and reads it to its very end. `blob_digest` is asked once that has happened: of
// an archive that is not compressed it is the diff id as well.
Result<NewLayer> unpack(tar::Stream& blob, Staging& staging,
                        const std::function<std::string()>& blob_digest) {
  NewLayer layer;
  layer.directory = staging.name("layer");
  if (::mkdir(layer.directory.c_str(), 0755) != 0) return sys_fail("mkdir {}", layer.directory);
  UndoList undo;  // half a layer takes room that the rest of a load may need
  undo.push([path = layer.directory] { static_cast<void>(remove_tree(path)); });
  const auto root = TRY(open_at(AT_FDCWD, layer.directory, O_RDONLY | O_DIRECTORY));
  if (::fchmod(root.get(), 0755) != 0)
    return sys_fail("chmod {}", layer.directory);  // whatever the umask

  const auto plain = TRY(tar::decompress(blob));
  const bool compressed = plain.compression != tar::Compression::none;
  std::optional<tar::SideSha256> sha;
  if (compressed) sha.emplace();
  tar::TapStream tapped(*plain.stream, [&](std::string_view piece) -> Result<> {
    if (sha) sha->update(piece);
    return {};
  });
  tar::Reader reader(tapped);
  const auto unpacked = TRY(unpack_layer(reader, root.get()));
  TRY(reader.finish());
  TRY(tar::drain(blob));
  layer.row.blob = blob_digest();
  layer.row.diff_id = sha ? sha->finish() : layer.row.blob;
  layer.row.size = unpacked.size;
  layer.row.opaque = unpacked.opaque_root;
  layer.row.unsynced = TRY(boot_id());
  undo.dismiss();
  return layer;
}

// Copies what passes to the side, and remembers when it was the source that failed.
class Watched : public tar::Stream {
 public:
  Watched(tar::Stream& source, tar::Side& side) : source_(source), side_(side) {}
  Result<std::string_view> next() override {
    auto piece = source_.next();
    if (piece && !piece->empty()) {
      if (auto pushed = side_.push(*piece); !pushed) piece = pass(std::move(pushed).error());
    }
    if (!piece) failed_ = piece.error();
    return piece;
  }
  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

 private:
  tar::Stream& source_;
  tar::Side& side_;
  std::optional<Error> failed_;
};

}  // namespace

Result<NewLayer> unpack_staged(const StagedFile& blob, Staging& staging, const Advance& advance) {
  auto file = TRY(FileStream::open(blob.path));
  std::int64_t read = 0;
  tar::TapStream counted(file, [&](std::string_view piece) -> Result<> {
    read += static_cast<std::int64_t>(piece.size());
    return advance ? advance(read) : Result<>{};
  });
  auto layer = TRY(unpack(counted, staging, [&] { return blob.digest; }));
  layer.row.blob_size = blob.size;
  layer.blob_path = blob.path;
  return layer;
}

Result<Arrived> unpack_arriving(tar::Stream& source, Staging& staging) {
  auto copy = TRY(FileWriter::create(staging.name("blob")));
  tar::Sha256 sha;
  tar::Side side([&](std::string_view piece) -> Result<> {
    sha.update(piece);
    return copy.write(piece);
  });
  Watched watched(source, side);
  std::string digest;
  auto layer = unpack(watched, staging, [&] {
    // The source has ended: what the side has is all there is.
    static_cast<void>(side.finish());
    digest = sha.finish();
    return digest;
  });
  if (watched.failed()) return pass(*watched.failed());
  if (!layer) TRY(tar::drain(watched));
  TRY(side.finish());
  if (digest.empty()) digest = sha.finish();
  Arrived arrived{{copy.path(), digest, copy.size()}, std::move(layer)};
  if (arrived.layer) {
    arrived.layer->row.blob_size = copy.size();
    arrived.layer->blob_path = copy.path();
  }
  return arrived;
}

Result<NewLayer> unpack_blob(const std::string& path, Staging& staging) {
  auto file = TRY(FileStream::open(path));
  tar::SideSha256 sha;
  std::int64_t size = 0;
  tar::TapStream tapped(file, [&](std::string_view piece) -> Result<> {
    sha.update(piece);
    size += static_cast<std::int64_t>(piece.size());
    return {};
  });
  auto layer = TRY(unpack(tapped, staging, [&] { return sha.finish(); }));
  layer.row.blob_size = size;
  layer.blob_path = path;
  return layer;
}

}  // namespace hexad::images
