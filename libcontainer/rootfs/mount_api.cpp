#include "libcontainer/rootfs/mount_api.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <deque>
#include <vector>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::rootfs {
namespace {

constexpr unsigned kCloneTree = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
constexpr int kMaxLinks = 255;  // as the kernel's and securejoin's limit for a whole walk

std::string lower_first(std::string text) {
  // "Not a directory" -> "not a directory", but "RPC struct is bad" stays.
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

Result<std::string> read_link(int link) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t n = ::readlinkat(link, "", buffer.data(), buffer.size());
  if (n < 0) return sys_fail("readlink");
  return std::string(buffer.data(), static_cast<std::size_t>(n));
}

// Walks a path of which some part is missing. `done` never holds a symbolic link.
class TargetWalk {
 public:
  TargetWalk(int root, std::string_view path) : root_(root) { push_front(path); }

  Result<UniqueFd> run(bool directory) {
    UniqueFd at = TRY(open_in_root(root_, "/", O_PATH | O_DIRECTORY));
    while (!left_.empty()) {
      const std::string part = left_.front();
      left_.pop_front();
      if (part == "..") {
        done_.resize(done_.rfind('/') == std::string::npos ? 0 : done_.rfind('/'));
        at = TRY(open_in_root(root_, done_ + "/", O_PATH | O_DIRECTORY));
        continue;
      }
      at = TRY(step(at.get(), part, directory || !left_.empty()));
    }
    return at;
  }

 private:
  void push_front(std::string_view path) {
    std::vector<std::string> parts;
    for (std::string_view part : split(path, '/'))
      if (!part.empty() && part != ".") parts.emplace_back(part);
    left_.insert(left_.begin(), parts.begin(), parts.end());
  }

  Result<UniqueFd> step(int at, const std::string& part, bool directory) {
    auto next = open_in_root(root_, done_ + "/" + part, O_PATH | O_NOFOLLOW);
    if (!next && next.error().sys_errno == ENOENT) {
      if (directory) {
        if (::mkdirat(at, part.c_str(), 0755) != 0 && errno != EEXIST)
          return sys_fail("mkdir {}/{}", done_, part);
      } else {
        const UniqueFd made(
            ::openat(at, part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755));
        if (!made && errno != EEXIST) return sys_fail("create {}/{}", done_, part);
      }
      next = open_in_root(root_, done_ + "/" + part, O_PATH | O_NOFOLLOW);
    }
    if (!next) return next;
    struct stat st {};
    if (::fstat(next->get(), &st) != 0) return sys_fail("stat {}/{}", done_, part);
    if (!S_ISLNK(st.st_mode)) {
      done_.append("/").append(part);
      return next;
    }
    if (++links_ > kMaxLinks) {
      errno = ELOOP;
      return sys_fail("open {}/{}", done_, part);
    }
    const std::string to = TRY(read_link(next->get()));
    if (to.starts_with('/')) done_.clear();
    push_front(to);
    return open_in_root(root_, done_ + "/", O_PATH | O_DIRECTORY);
  }

  int root_;
  std::string done_;
  std::deque<std::string> left_;
  int links_ = 0;
};

}  // namespace

tl::unexpected<Error> mount_fail(Error cause, std::string_view source, std::string_view target) {
  const bool mismatch = cause.sys_errno == ENOTDIR;
  cause.message =
      fmt::format("error mounting \"{}\" to rootfs at \"{}\": {}", source, target, cause.message);
  if (mismatch)
    cause.message +=
        ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified "
        "host path exists and is the expected type";
  return tl::unexpected<Error>(std::move(cause));
}

tl::unexpected<Error> mount_fail(std::string_view source, std::string_view target,
                                 std::string_view doing) {
  const int err = errno;
  Error cause{Code::internal, err, fmt::format("{}: {}", doing, lower_first(::strerror(err)))};
  return mount_fail(std::move(cause), source, target);
}

Result<UniqueFd> clone_tree(int dirfd, const std::string& path, bool recursive) {
  unsigned flags = kCloneTree;
  if (recursive) flags |= AT_RECURSIVE;
  if (path.empty()) flags |= AT_EMPTY_PATH;
  UniqueFd fd(::open_tree(dirfd, path.c_str(), flags));
  if (!fd) return sys_fail("open_tree {}", path);
  return fd;
}

Result<> set_attributes(int mount, std::uint64_t set, std::uint64_t clear,
                        std::uint64_t propagation, bool recursive) {
  if (set == 0 && clear == 0 && propagation == 0) return {};
  mount_attr attr{};
  attr.attr_set = set;
  attr.attr_clr = clear;
  attr.propagation = propagation;
  const unsigned flags = AT_EMPTY_PATH | (recursive ? unsigned{AT_RECURSIVE} : 0U);
  if (::mount_setattr(mount, "", flags, &attr, sizeof attr) != 0) return sys_fail("mount_setattr");
  return {};
}

Result<> attach(int mount, int target) {
  if (::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
    return sys_fail("move_mount");
  return {};
}

Result<> attach_at(int mount, int dirfd, const std::string& name) {
  if (::move_mount(mount, "", dirfd, name.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
    return sys_fail("move_mount {}", name);
  return {};
}

Result<> mount_here(int target, const char* type, unsigned long flags, const std::string& data) {
  if (::fchdir(target) != 0) return sys_fail("fchdir");
  if (::mount(type, ".", type, flags, data.empty() ? nullptr : data.c_str()) != 0)
    return sys_fail("mount {}", type);
  return {};
}

std::uint64_t attributes_of(std::uint64_t mount_flags) {
  constexpr std::array<std::pair<std::uint64_t, std::uint64_t>, 7> kMap{{
      {MS_RDONLY, MOUNT_ATTR_RDONLY},
      {MS_NOSUID, MOUNT_ATTR_NOSUID},
      {MS_NODEV, MOUNT_ATTR_NODEV},
      {MS_NOEXEC, MOUNT_ATTR_NOEXEC},
      {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME},
      {MS_NOATIME, MOUNT_ATTR_NOATIME},
      {MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
  }};
  std::uint64_t out = 0;
  for (const auto& [flag, attribute] : kMap)
    if ((mount_flags & flag) != 0) out |= attribute;
  return out;
}

Result<UniqueFd> make_target(int root, std::string_view path, bool directory) {
  auto there = open_in_root(root, std::string(path), O_PATH);
  if (there || there.error().sys_errno != ENOENT) return there;
  return TargetWalk(root, path).run(directory);
}

Result<Place> make_parent(int root, std::string_view path) {
  const std::string clean = clean_path(path);
  const std::size_t slash = clean.rfind('/');
  Place place{{}, clean.substr(slash + 1)};
  if (place.name.empty()) return fail(Code::invalid_argument, "\"{}\" names no file", path);
  place.directory = TRY(make_target(root, slash == 0 ? "/" : clean.substr(0, slash), true));
  return place;
}

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  for (std::string_view part : kept) out.append("/").append(part);
  return out.empty() ? "/" : out;
}

}  // namespace hexad::rootfs
