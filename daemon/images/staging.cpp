#include "daemon/images/staging.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

Result<Staging> Staging::make(const Paths& paths) {
  auto path = paths.tmp() + "/" + std::string(kTmpPrefix) + random_hex(8);
  if (::mkdir(path.c_str(), 0700) != 0) return sys_fail("mkdir {}", path);
  return Staging(std::move(path));
}

Staging::~Staging() {
  if (path_.empty()) return;
  if (const auto r = remove_tree(path_); !r)
    log::warn("cannot remove {}: {}", path_, r.error().message);
}

std::string Staging::name(std::string_view what) {
  return fmt::format("{}/{}-{}", path_, what, count_++);
}

Result<FileWriter> FileWriter::create(std::string path) {
  auto fd = TRY(open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  return FileWriter(std::move(path), std::move(fd));
}

Result<> FileWriter::write(std::string_view bytes) {
  TRY(write_all(fd_.get(), bytes));
  size_ += static_cast<std::int64_t>(bytes.size());
  return {};
}

Result<FileStream> FileStream::open(const std::string& path) {
  return FileStream(TRY(open_at(AT_FDCWD, path, O_RDONLY)));
}

Result<std::string_view> FileStream::next() {
  for (;;) {
    const auto n = ::read(fd_.get(), buffer_.data(), buffer_.size());
    if (n >= 0) return std::string_view(buffer_.data(), static_cast<std::size_t>(n));
    if (errno != EINTR) return sys_fail("read");
  }
}

}  // namespace hexad::images
