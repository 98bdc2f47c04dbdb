#include "daemon/images/unpack.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "daemon/images/layer_tree.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"

namespace hexad::images {

namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kMeta = ".wh..wh.";  // AUFS's own, and the opaque marker
constexpr std::string_view kOpaque = ".wh..wh..opq";

std::array<timespec, 2> times_of(const tar::Time& t) {
  const timespec ts{static_cast<time_t>(t.seconds), static_cast<long>(t.nanoseconds)};
  return {ts, ts};
}

// overlayfs reads its own instructions from trusted.overlay.* (and user.overlay.*): an archive
// must not give any. Labels of a security module are the host's business.
bool wanted_xattr(std::string_view name) {
  if (name.starts_with("user.")) return !name.starts_with("user.overlay.");
  return name == "security.capability" || name == "system.posix_acl_access" ||
         name == "system.posix_acl_default";
}

// What the archive asks for and cannot be had is the archive's fault; a full disk is not.
tl::unexpected<Error> entry_fail(std::string_view doing, std::string_view path) {
  auto error = sys_error(errno, fmt::format("{} {}", doing, path));
  switch (error.sys_errno) {
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case EINVAL:
    case EXDEV:
    case ENOENT:
    case EPERM:
    case EEXIST:
    case EMLINK:
    case EFBIG: error.code = Code::invalid_argument; break;
    default: break;
  }
  return tl::unexpected<Error>(std::move(error));
}

Result<> at_fault(Result<> result) {
  if (!result && result.error().sys_errno != 0) {
    errno = result.error().sys_errno;
    auto marked = entry_fail("", "");
    result.error().code = marked.value().code;
  }
  return result;
}

class Unpacker {
 public:
  Unpacker(int root, const UnpackOptions& options) : tree_(root), options_(options) {}

  Result<> add(tar::Reader& reader, const tar::Entry& entry) {
    const auto path = TRY(clean_path(entry.path));
    if (path.empty()) return {};  // the root's own attributes come from the container's layer
    const auto name = split_path(path).second;
    if (name.starts_with(kWhiteout)) return whiteout(path);
    auto spot = TRY(tree_.spot(path));
    const auto there = TRY(LayerTree::look(spot));
    if (entry.type == tar::Type::directory) return directory(entry, path, spot, there);
    if (entry.type == tar::Type::hard_link) return hard_link(entry, path, spot, there);
    if (there) TRY(tree_.clear(spot, *there));
    switch (entry.type) {
      case tar::Type::file: return file(reader, entry, path, spot);
      case tar::Type::symlink: return symlink(entry, path, spot);
      default: return node(entry, path, spot);
    }
  }

  // Directories last: what is put into them changes their time, and their mode may forbid it.
  Result<Unpacked> finish() {
    for (const auto& d : directories_) {
      auto found = tree_.existing(d.path);
      if (!found) continue;  // removed again by a later member
      const auto there = TRY(LayerTree::look(*found));
      if (!there || !S_ISDIR(there->st_mode)) continue;
      if (::fchmodat(found->parent, found->name.c_str(), d.mode, 0) != 0)
        return entry_fail("chmod", d.path);
      if (::utimensat(found->parent, found->name.c_str(), times_of(d.mtime).data(),
                      AT_SYMLINK_NOFOLLOW) != 0)
        return entry_fail("set the times of", d.path);
    }
    return result_;
  }

 private:
  struct Directory {
    std::string path;
    std::uint32_t mode;
    tar::Time mtime;
  };

  Result<> file(tar::Reader& reader, const tar::Entry& entry, const std::string& path,
                const Spot& spot) {
    const UniqueFd fd(::openat(spot.parent, spot.name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return entry_fail("create", path);
    std::int64_t end = 0;
    for (;;) {
      const auto piece = TRY(reader.data());
      if (piece.bytes.empty()) break;
      for (std::size_t done = 0; done < piece.bytes.size();) {
        const auto n = ::pwrite(fd.get(), piece.bytes.data() + done, piece.bytes.size() - done,
                                piece.offset + static_cast<off_t>(done));
        if (n < 0) return entry_fail("write", path);
        done += static_cast<std::size_t>(n);
      }
      end = piece.offset + static_cast<std::int64_t>(piece.bytes.size());
    }
    if (end < entry.size && ::ftruncate(fd.get(), entry.size) != 0)
      return entry_fail("extend", path);
    result_.size += entry.size;
    if (options_.owners && ::fchown(fd.get(), entry.uid, entry.gid) != 0)
      return entry_fail("chown", path);
    // After chown, which drops file capabilities and the set-id bits.
    TRY(set_xattrs(entry, path, spot));
    if (::fchmod(fd.get(), entry.mode) != 0) return entry_fail("chmod", path);
    if (::futimens(fd.get(), times_of(entry.mtime).data()) != 0)
      return entry_fail("set the times of", path);
    return {};
  }

  Result<> directory(const tar::Entry& entry, const std::string& path, const Spot& spot,
                     const std::optional<struct stat>& there) {
    if (!there || !S_ISDIR(there->st_mode)) {
      const bool was_whiteout = there && S_ISCHR(there->st_mode) && there->st_rdev == 0;
      if (there) TRY(tree_.clear(spot, *there));
      if (::mkdirat(spot.parent, spot.name.c_str(), 0700) != 0) return entry_fail("mkdir", path);
      // Removed below and made anew: nothing of the old one may show through.
      if (was_whiteout) TRY(set_opaque(spot.proc_path(), path));
    }
    if (options_.owners &&
        ::fchownat(spot.parent, spot.name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return entry_fail("chown", path);
    TRY(set_xattrs(entry, path, spot));
    directories_.push_back({path, entry.mode, entry.mtime});
    return {};
  }

  Result<> hard_link(const tar::Entry& entry, const std::string& path, const Spot& spot,
                     const std::optional<struct stat>& there) {
    const auto target = TRY(clean_path(entry.link));
    if (target.empty())
      return fail(Code::invalid_argument, "{}: hard link to the root directory", path);
    if (target == path) return {};
    // Through a descriptor of its own: looking for the target may close the spot's.
    const UniqueFd parent(::fcntl(spot.parent, F_DUPFD_CLOEXEC, 3));
    if (!parent) return sys_fail("dup");
    auto from = tree_.existing(target);
    if (!from) {
      if (from.error().code != Code::not_found) return pass(std::move(from).error());
      return fail(Code::invalid_argument, "{}: hard link to {}, which is not in this layer", path,
                  target);
    }
    const auto target_stat = TRY(LayerTree::look(*from));
    if (!target_stat || S_ISDIR(target_stat->st_mode))
      return fail(Code::invalid_argument, "{}: hard link to a directory", path);
    if (there) {
      if (there->st_dev == target_stat->st_dev && there->st_ino == target_stat->st_ino) return {};
      const Spot place{parent.get(), spot.name};
      if (S_ISDIR(there->st_mode))
        return fail(Code::invalid_argument, "{}: hard link in place of a directory", path);
      if (::unlinkat(place.parent, place.name.c_str(), 0) != 0) return entry_fail("remove", path);
    }
    if (::linkat(from->parent, from->name.c_str(), parent.get(), spot.name.c_str(), 0) != 0)
      return entry_fail("link", path);
    return {};
  }

  Result<> symlink(const tar::Entry& entry, const std::string& path, const Spot& spot) {
    if (::symlinkat(entry.link.c_str(), spot.parent, spot.name.c_str()) != 0)
      return entry_fail("symlink", path);
    result_.size += static_cast<std::int64_t>(entry.link.size());
    return dress(entry, path, spot);
  }

  Result<> node(const tar::Entry& entry, const std::string& path, const Spot& spot) {
    mode_t kind = S_IFIFO;
    dev_t device = 0;
    if (entry.type != tar::Type::fifo) {
      if (!options_.devices) return {};
      kind = entry.type == tar::Type::char_device ? S_IFCHR : S_IFBLK;
      device = ::makedev(entry.device_major, entry.device_minor);
    }
    if (::mknodat(spot.parent, spot.name.c_str(), kind | 0600, device) != 0)
      return entry_fail("mknod", path);
    TRY(dress(entry, path, spot));
    if (::fchmodat(spot.parent, spot.name.c_str(), entry.mode, 0) != 0)
      return entry_fail("chmod", path);
    return set_time(entry, path, spot);
  }

  // Owner and time of what is not opened.
  Result<> dress(const tar::Entry& entry, const std::string& path, const Spot& spot) {
    if (options_.owners &&
        ::fchownat(spot.parent, spot.name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return entry_fail("chown", path);
    TRY(set_xattrs(entry, path, spot));
    return set_time(entry, path, spot);
  }

  static Result<> set_time(const tar::Entry& entry, const std::string& path, const Spot& spot) {
    if (::utimensat(spot.parent, spot.name.c_str(), times_of(entry.mtime).data(),
                    AT_SYMLINK_NOFOLLOW) != 0)
      return entry_fail("set the times of", path);
    return {};
  }

  Result<> set_xattrs(const tar::Entry& entry, const std::string& path, const Spot& spot) const {
    for (const auto& [name, value] : entry.xattrs) {
      if (!wanted_xattr(name) || (!options_.owners && name == "security.capability")) continue;
      if (::lsetxattr(spot.proc_path().c_str(), name.c_str(), value.data(), value.size(), 0) == 0)
        continue;
      // Symlinks and devices take no user.*; some file systems none at all.
      if (errno == ENOTSUP || (errno == EPERM && name.starts_with("user."))) {
        log::debug("{}: extended attribute {} is not supported here", path, name);
        continue;
      }
      return entry_fail("set an extended attribute of", path);
    }
    return {};
  }

  Result<> set_opaque(const std::string& proc_path, std::string_view path) const {
    if (!options_.devices) return {};
    if (::lsetxattr(proc_path.c_str(), "trusted.overlay.opaque", "y", 1, 0) != 0)
      return entry_fail("mark as opaque", path);
    return {};
  }

  Result<> whiteout(const std::string& path) {
    const auto [above, name] = split_path(path);
    if (name == kOpaque) {
      if (above.empty()) {
        result_.opaque_root = true;
        return {};
      }
      const auto spot = TRY(tree_.spot(above));
      const auto there = TRY(LayerTree::look(spot));
      if (!there) {
        if (::mkdirat(spot.parent, spot.name.c_str(), 0755) != 0) return entry_fail("mkdir", above);
      } else if (!S_ISDIR(there->st_mode)) {
        return fail(Code::invalid_argument, "{}: opaque marker in something that is no directory",
                    above);
      }
      return set_opaque(spot.proc_path(), above);
    }
    if (name.starts_with(kMeta)) return {};
    const auto gone = name.substr(kWhiteout.size());
    if (gone.empty() || gone == "." || gone == "..")
      return fail(Code::invalid_argument, "{}: whiteout of nothing", path);
    auto spot = TRY(tree_.spot(path));
    spot.name = gone;
    // A whiteout speaks of the layers below only: what this layer has itself stays.
    if (const auto there = TRY(LayerTree::look(spot))) {
      return S_ISDIR(there->st_mode) ? set_opaque(spot.proc_path(), path) : Result<>{};
    }
    if (!options_.devices) return {};
    if (::mknodat(spot.parent, spot.name.c_str(), S_IFCHR, 0) != 0)
      return entry_fail("write the whiteout", path);
    return {};
  }

  LayerTree tree_;
  UnpackOptions options_;
  Unpacked result_;
  std::vector<Directory> directories_;
};

}  // namespace

Result<Unpacked> unpack_layer(tar::Reader& reader, int root, const UnpackOptions& options) {
  Unpacker unpacker(root, options);
  tar::Entry entry;
  while (TRY(reader.next(entry))) TRY(at_fault(unpacker.add(reader, entry)));
  return unpacker.finish();
}

}  // namespace hexad::images
