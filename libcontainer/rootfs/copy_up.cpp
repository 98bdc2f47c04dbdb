// Fills a new volume with what the image holds at its mount point: owners, modes, times, extended
// attributes, hard links, device nodes, holes. Works on descriptors; links are never followed.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

using Dir = std::unique_ptr<DIR, int (*)(DIR*)>;

Result<Dir> read_dir(int fd) {
  UniqueFd own = TRY(open_at(fd, ".", O_RDONLY | O_DIRECTORY));
  Dir dir(::fdopendir(own.get()), &::closedir);
  if (!dir) return sys_fail("opendir");
  static_cast<void>(own.release());
  return dir;
}

bool is_dot(const char* name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

Result<bool> is_empty(int fd) {
  const Dir dir = TRY(read_dir(fd));
  while (const dirent* entry = ::readdir(dir.get()))
    if (!is_dot(entry->d_name)) return false;
  return true;
}

Result<> copy_xattrs(int from, int to) {
  std::array<char, 65536> names{};
  const ssize_t size = ::flistxattr(from, names.data(), names.size());
  if (size < 0) return errno == ENOTSUP ? Result<>{} : sys_fail("flistxattr");
  std::vector<char> value(65536);
  for (const char* name = names.data(); name < names.data() + size;
       name += std::string_view(name).size() + 1) {
    // overlayfs' own marks mean nothing outside of it.
    if (std::string_view(name).starts_with("trusted.overlay.")) continue;
    const ssize_t n = ::fgetxattr(from, name, value.data(), value.size());
    if (n < 0) continue;  // removed meanwhile
    if (::fsetxattr(to, name, value.data(), static_cast<std::size_t>(n), 0) != 0 &&
        errno != ENOTSUP && errno != EPERM)
      return sys_fail("fsetxattr {}", name);
  }
  return {};
}

// [begin, end) of a file.
Result<> copy_range(int from, int to, off_t begin, off_t end) {
  while (begin < end) {
    off_t in = begin;
    off_t out = begin;
    const ssize_t n =
        ::copy_file_range(from, &in, to, &out, static_cast<std::size_t>(end - begin), 0);
    if (n > 0) {
      begin += n;
      continue;
    }
    if (n == 0) return {};  // shorter than it was
    if (errno == EINTR) continue;
    if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
      return sys_fail("copy_file_range");
    std::array<char, 65536> chunk{};
    const ssize_t got = ::pread(
        from, chunk.data(), std::min(chunk.size(), static_cast<std::size_t>(end - begin)), begin);
    if (got < 0) return sys_fail("read");
    if (got == 0) return {};
    for (ssize_t put = 0; put < got;) {
      const ssize_t w =
          ::pwrite(to, chunk.data() + put, static_cast<std::size_t>(got - put), begin + put);
      if (w < 0) return sys_fail("write");
      put += w;
    }
    begin += got;
  }
  return {};
}

Result<> copy_data(int from, int to, off_t size) {
  if (::ftruncate(to, size) != 0) return sys_fail("ftruncate");
  off_t at = 0;
  while (at < size) {
    const off_t data = ::lseek(from, at, SEEK_DATA);
    if (data < 0) return errno == ENXIO ? Result<>{} : copy_range(from, to, at, size);
    const off_t hole = ::lseek(from, data, SEEK_HOLE);
    const off_t end = hole < 0 ? size : hole;
    TRY(copy_range(from, to, data, end));
    at = end;
  }
  return {};
}

// Owner before mode: chown clears the set-user-id bit.
Result<> finish_open(int from, int to, const struct stat& st) {
  if (::fchown(to, st.st_uid, st.st_gid) != 0) return sys_fail("chown");
  if (::fchmod(to, st.st_mode & 07777U) != 0) return sys_fail("chmod");
  TRY(copy_xattrs(from, to));
  const std::array<timespec, 2> times{st.st_atim, st.st_mtim};
  if (::futimens(to, times.data()) != 0) return sys_fail("utimensat");
  return {};
}

class Copier {
 public:
  explicit Copier(int root) : root_(root) {}

  // `path`: of the directory `to`, relative to the root of the copy, for hard links.
  Result<> directory(int from, int to, const std::string& path, int depth) {
    if (depth > 256) return fail(Code::internal, "directories nested more than 256 deep");
    const Dir dir = TRY(read_dir(from));
    while (const dirent* entry = ::readdir(dir.get())) {
      if (is_dot(entry->d_name)) continue;
      auto copied = one(from, to, entry->d_name,
                        path.empty() ? entry->d_name : path + "/" + entry->d_name, depth);
      if (!copied) return copied;
    }
    return {};
  }

 private:
  Result<> one(int from, int to, const char* name, const std::string& path, int depth) {
    struct stat st {};
    if (::fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) != 0) return sys_fail("stat {}", path);
    if (!S_ISDIR(st.st_mode) && st.st_nlink > 1) {
      const auto key = std::pair(st.st_dev, st.st_ino);
      if (auto first = linked_.find(key); first != linked_.end()) {
        if (::linkat(root_, first->second.c_str(), to, name, 0) != 0)
          return sys_fail("link {}", path);
        return {};
      }
      linked_.emplace(key, path);
    }
    auto made = make(from, to, name, path, st, depth);
    if (!made) return pass(std::move(made).error(), path);
    return {};
  }

  Result<> make(int from, int to, const char* name, const std::string& path, const struct stat& st,
                int depth) {
    if (S_ISDIR(st.st_mode)) {
      const UniqueFd source = TRY(open_at(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
      if (::mkdirat(to, name, 0700) != 0) return sys_fail("mkdir");
      const UniqueFd made = TRY(open_at(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
      TRY(directory(source.get(), made.get(), path, depth + 1));
      return finish_open(source.get(), made.get(), st);
    }
    if (S_ISREG(st.st_mode)) {
      const UniqueFd source = TRY(open_at(from, name, O_RDONLY | O_NOFOLLOW));
      const UniqueFd made = TRY(open_at(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
      TRY(copy_data(source.get(), made.get(), st.st_size));
      return finish_open(source.get(), made.get(), st);
    }
    if (S_ISLNK(st.st_mode)) {
      std::array<char, PATH_MAX> target{};
      const ssize_t n = ::readlinkat(from, name, target.data(), target.size() - 1);
      if (n < 0) return sys_fail("readlink");
      if (::symlinkat(target.data(), to, name) != 0) return sys_fail("symlink");
    } else if (::mknodat(to, name, st.st_mode & (S_IFMT | 07777U), st.st_rdev) != 0) {
      // A user namespace may not make devices; the container could not use them either.
      return errno == EPERM ? Result<>{} : sys_fail("mknod");
    }
    if (::fchownat(to, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
      return sys_fail("chown");
    const std::array<timespec, 2> times{st.st_atim, st.st_mtim};
    if (::utimensat(to, name, times.data(), AT_SYMLINK_NOFOLLOW) != 0) return sys_fail("utimensat");
    return {};
  }

  int root_;
  std::map<std::pair<dev_t, ino_t>, std::string> linked_;
};

}  // namespace

Result<> copy_up(int from, int to) {
  if (!TRY(is_empty(to))) return {};
  const UniqueFd source = TRY(open_at(from, ".", O_RDONLY | O_DIRECTORY));
  const UniqueFd made = TRY(open_at(to, ".", O_RDONLY | O_DIRECTORY));
  struct stat st {};
  if (::fstat(source.get(), &st) != 0) return sys_fail("stat");
  TRY(Copier(made.get()).directory(source.get(), made.get(), {}, 0));
  return finish_open(source.get(), made.get(), st);
}

}  // namespace hexad::rootfs
