// The mounts that the user asked for.
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

// runc libcontainer/rootfs_linux.go, checkProcMount: files that lxcfs and the like provide.
constexpr std::array<std::string_view, 11> kAllowedInProc{
    "/proc/cpuinfo",
    "/proc/diskstats",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/swaps",
    "/proc/uptime",
    "/proc/loadavg",
    "/proc/slabinfo",
    "/proc/net/dev",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/crypto/fips_enabled",
};

struct Spread {
  std::uint64_t type;
  bool recursive;
};
Spread spread_of(Propagation propagation) {
  switch (propagation) {
    case Propagation::rprivate: return {MS_PRIVATE, true};
    case Propagation::priv: return {MS_PRIVATE, false};
    case Propagation::rshared: return {MS_SHARED, true};
    case Propagation::shared: return {MS_SHARED, false};
    case Propagation::rslave: return {MS_SLAVE, true};
    case Propagation::slave: return {MS_SLAVE, false};
  }
  return {MS_PRIVATE, true};
}

bool is_proc(int fd) {
  struct statfs fs {};
  return ::fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

// Where an open target really is. The new root lies over "/", so that this is the path inside.
std::string real_path(int fd) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t n =
      ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), buffer.data(), buffer.size());
  return n < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(n));
}

// A mount over /proc would make a lie of what masks and security modules rely on. `source_is_proc`:
// another procfs (with the host's pid namespace) may be laid over /proc itself.
Result<> check_proc(int target, bool source_is_proc) {
  if (!is_proc(target)) return {};
  const std::string at = real_path(target);
  if (!at.starts_with("/proc")) return {};  // a procfs that the user mounted elsewhere
  if (at == "/proc" && source_is_proc) return {};
  // /proc/net is a link to /proc/self/net, which is /proc/1/net for init.
  const std::string shown = at.starts_with("/proc/1/net/") ? "/proc/net/" + at.substr(12) : at;
  if (std::find(kAllowedInProc.begin(), kAllowedInProc.end(), shown) != kAllowedInProc.end())
    return {};
  return fail(Code::invalid_argument,
              "check proc-safety of mount: \"{}\" cannot be mounted because it is inside /proc",
              at);
}

Result<> mount_bind(int root, const Mount& mount, UniqueFd source) {
  struct stat st {};
  if (::fstat(source.get(), &st) != 0) return sys_fail("stat");
  const bool directory = S_ISDIR(st.st_mode);
  const UniqueFd target = TRY(make_target(root, mount.target, directory));
  TRY(check_proc(target.get(), is_proc(source.get())));
  struct stat at {};
  if (::fstat(target.get(), &at) != 0) return sys_fail("stat");
  if (directory != S_ISDIR(at.st_mode))  // move_mount(2) would say EINVAL
    return tl::unexpected<Error>(Error{Code::internal, ENOTDIR, "not a directory"});
  if (mount.copy_up && directory) TRY(copy_up(target.get(), source.get()));
  // Read-only covers the mounts below as well, as in Docker since 25.
  TRY(set_attributes(source.get(), attributes_of(mount.flags), 0, 0, mount.recursive));
  const Spread spread = spread_of(mount.propagation);
  TRY(set_attributes(source.get(), 0, 0, spread.type, spread.recursive));
  return attach(source.get(), target.get());
}

// "size=64m,mode=1777": has it a mode of its own?
bool names_mode(const std::string& options) {
  for (std::string_view option : split(options, ','))
    if (option.starts_with("mode=")) return true;
  return false;
}

Result<> mount_tmpfs(int root, const Mount& mount) {
  std::string data = mount.options;
  auto existing = open_in_root(root, mount.target, O_PATH);
  if (existing && !names_mode(data)) {
    // Over a directory of the image its mode is kept.
    struct stat st {};
    if (::fstat(existing->get(), &st) != 0) return sys_fail("stat");
    data += fmt::format("{}mode={:o}", data.empty() ? "" : ",", st.st_mode & 07777U);
  }
  const UniqueFd target =
      existing ? std::move(*existing) : TRY(make_target(root, mount.target, true));
  TRY(check_proc(target.get(), false));
  return mount_here(target.get(), "tmpfs", mount.flags, data);
}

}  // namespace

// moby daemon/oci_linux.go, ensureShared and ensureSharedOrSlave.
std::string propagation_problem(const Mount& mount, const std::string& mountinfo) {
  const std::uint64_t wanted = spread_of(mount.propagation).type;
  if (mount.kind != MountKind::bind || wanted == MS_PRIVATE) return {};
  std::string_view longest;
  bool shared = false;
  bool slave = false;
  for (std::string_view line : split(mountinfo, '\n')) {
    const std::size_t dash = line.find(" - ");
    const auto fields = split(line.substr(0, dash), ' ');
    if (dash == std::string_view::npos || fields.size() < 6) continue;
    const std::string_view point = fields[4];
    const bool below = point == "/" || mount.source == point ||
                       (mount.source.starts_with(point) && mount.source[point.size()] == '/');
    // The later of two at one place lies on top.
    if (!below || point.size() < longest.size()) continue;
    longest = point;
    shared = slave = false;
    for (std::size_t i = 6; i < fields.size(); ++i) {
      shared = shared || fields[i].starts_with("shared:");
      slave = slave || fields[i].starts_with("master:");
    }
  }
  if (shared || (slave && wanted == MS_SLAVE)) return {};
  return fmt::format("path {} is mounted on {} but it is not a {} mount", mount.source, longest,
                     wanted == MS_SHARED ? "shared" : "shared or slave");
}

Result<> open_sources(const RootfsSpec& spec, std::vector<UniqueFd>& sources) {
  sources.resize(spec.mounts.size());
  for (std::size_t i = 0; i < spec.mounts.size(); ++i) {
    const Mount& mount = spec.mounts[i];
    if (mount.kind != MountKind::bind || sources[i]) continue;
    auto clone = clone_tree(AT_FDCWD, mount.source, mount.recursive);
    if (!clone) {
      errno = clone.error().sys_errno;
      return mount_fail(mount.source, mount.target, "open " + mount.source);
    }
    sources[i] = std::move(*clone);
  }
  return {};
}

Result<> mount_user(int root, const RootfsSpec& spec, std::vector<UniqueFd>& sources) {
  for (std::size_t i = 0; i < spec.mounts.size(); ++i) {
    const Mount& mount = spec.mounts[i];
    auto done = mount.kind == MountKind::bind ? mount_bind(root, mount, std::move(sources[i]))
                                              : mount_tmpfs(root, mount);
    if (!done)
      return mount_fail(std::move(done).error(),
                        mount.kind == MountKind::bind ? mount.source : "tmpfs", mount.target);
  }
  return {};
}

}  // namespace hexad::rootfs
