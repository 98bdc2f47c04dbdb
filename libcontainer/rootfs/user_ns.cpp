// What a root of a user namespace cannot do: layers seen through an id mapping, and sources below
// directories that it may not search. A forked child with the host's privileges and a mount
// namespace of its own builds them; detached mounts outlive it.
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/overlay.hpp"
#include "libcontainer/rootfs/rootfs.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// Lays a mapped view of `path` over itself. overlayfs before 6.15 takes attached layers only.
Result<> map_in_place(const std::string& path, int userns) {
  const UniqueFd clone = TRY(clone_tree(AT_FDCWD, path, false));
  mount_attr attr{};
  attr.attr_set = MOUNT_ATTR_IDMAP;
  attr.propagation = MS_PRIVATE;
  attr.userns_fd = static_cast<std::uint64_t>(userns);
  if (::mount_setattr(clone.get(), "", AT_EMPTY_PATH, &attr, sizeof attr) != 0) {
    if (errno == EINVAL)
      return fail(Code::internal, "the file system of {} cannot map user ids (idmapped mounts)",
                  path);
    return sys_fail("map the user ids of {}", path);
  }
  return attach_at(clone.get(), AT_FDCWD, path);
}

// overlayfs makes its own files with the ids of who mounts it, and those must have a place in the
// map: so become the container's root for file systems, as it shows on the mapped work directory.
// The change of the file system id takes capabilities away, which are then taken back.
Result<> act_as_mapped_root(const std::string& work) {
  struct stat st {};
  if (::stat(work.c_str(), &st) != 0) return sys_fail("stat {}", work);
  ::setfsgid(st.st_gid);
  ::setfsuid(st.st_uid);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return sys_fail("capget");
  for (auto& set : sets) set.effective = set.permitted;
  if (::syscall(SYS_capset, &header, sets.data()) != 0) return sys_fail("capset");
  return {};
}

Result<UniqueFd> mapped_overlay(const RootfsSpec& spec, int userns) {
  if (directory_of(spec.upper) != directory_of(spec.work))
    return fail(Code::internal, "{} and {} are not in one directory", spec.upper, spec.work);
  // Layers share a directory, and so do upper and work, which must be on one mount.
  std::map<std::string, bool> parents;
  for (const std::string& layer : spec.lower) parents[directory_of(layer)] = true;
  if (!spec.upper.empty()) parents[directory_of(spec.upper)] = true;
  for (const auto& [path, unused] : parents) TRY(map_in_place(path, userns));
  if (!spec.work.empty()) TRY(act_as_mapped_root(spec.work));
  return open_overlay(spec, OverlayCall::newest);
}

Result<std::vector<UniqueFd>> build(const RootfsSpec& spec, int userns) {
  std::vector<UniqueFd> sources;
  TRY(open_sources(spec, sources));
  if (::unshare(CLONE_NEWNS) != 0) return sys_fail("unshare");
  if (::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) != 0)
    return sys_fail("make / a slave");
  std::vector<UniqueFd> out;
  out.push_back(TRY(mapped_overlay(spec, userns)));
  // Made by mount(2) it is attached here; a detached copy survives this namespace.
  if (auto detached = clone_tree(out.front().get(), "", false)) out.front() = std::move(*detached);
  for (UniqueFd& source : sources)
    if (source) out.push_back(std::move(source));
  return out;
}

constexpr std::size_t kAtOnce = 200;  // descriptors in one message; the kernel takes 253

// Child: one message for each 200 descriptors, or one with the error: "!<errno> <text>".
[[noreturn]] void child(int sock, const RootfsSpec& spec, int userns) {
  auto built = build(spec, userns);
  if (!built) {
    static_cast<void>(
        send_message(sock, fmt::format("!{} {}", built.error().sys_errno, built.error().message)));
    ::_exit(1);
  }
  std::vector<int> fds;
  for (const UniqueFd& fd : *built) fds.push_back(fd.get());
  for (std::size_t at = 0; at < fds.size(); at += kAtOnce) {
    const std::size_t n = std::min(kAtOnce, fds.size() - at);
    if (!send_message(sock, "+", std::span(fds).subspan(at, n))) ::_exit(1);
  }
  ::_exit(0);
}

Result<std::vector<UniqueFd>> collect(int sock) {
  std::vector<UniqueFd> out;
  for (;;) {
    Message message = TRY(receive_message(sock, 65536));
    if (message.bytes.empty() && message.fds.empty()) return out;
    if (message.bytes.starts_with('!')) {
      const std::size_t space = message.bytes.find(' ');
      Error error{Code::internal, ::atoi(message.bytes.c_str() + 1),
                  message.bytes.substr(space + 1)};
      return tl::unexpected<Error>(std::move(error));
    }
    for (UniqueFd& fd : message.fds) out.push_back(std::move(fd));
  }
}

}  // namespace

Result<Prepared> prepare_for_user_ns(const RootfsSpec& spec, int userns) {
  FdPair pair = TRY(seqpacket_pair());
  const pid_t pid = ::fork();
  if (pid < 0) return sys_fail("fork");
  if (pid == 0) child(pair.second.get(), spec, userns);
  pair.second.reset();
  auto fds = collect(pair.first.get());
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!fds) return pass(std::move(fds).error(), "error preparing rootfs");
  std::size_t wanted = 1;
  for (const Mount& mount : spec.mounts) wanted += mount.kind == MountKind::bind ? 1 : 0;
  if (fds->size() != wanted)
    return fail(Code::internal, "error preparing rootfs: the helper ended early (status {})",
                status);
  Prepared prepared;
  prepared.root = std::move(fds->front());
  prepared.sources.resize(spec.mounts.size());
  std::size_t next = 1;
  for (std::size_t i = 0; i < spec.mounts.size(); ++i)
    if (spec.mounts[i].kind == MountKind::bind) prepared.sources[i] = std::move((*fds)[next++]);
  return prepared;
}

}  // namespace hexad::rootfs
