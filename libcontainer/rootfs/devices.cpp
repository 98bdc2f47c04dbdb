// Device nodes and links of /dev.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/steps.hpp"

namespace hexad::rootfs {
namespace {

struct Node {
  const char* name;
  unsigned major, minor;
};
// OCI runtime specification, config-linux.md, "Default Devices".
constexpr std::array<Node, 6> kNodes{{{"null", 1, 3},
                                      {"zero", 1, 5},
                                      {"full", 1, 7},
                                      {"random", 1, 8},
                                      {"urandom", 1, 9},
                                      {"tty", 5, 0}}};

constexpr std::array<std::pair<const char*, const char*>, 6> kLinks{{{"/proc/self/fd", "fd"},
                                                                     {"/proc/self/fd/0", "stdin"},
                                                                     {"/proc/self/fd/1", "stdout"},
                                                                     {"/proc/self/fd/2", "stderr"},
                                                                     {"/proc/kcore", "core"},
                                                                     {"pts/ptmx", "ptmx"}}};

Result<mode_t> type_bits(const DeviceNode& node) {
  switch (node.type) {
    case 'c':
    case 'u': return S_IFCHR;
    case 'b': return S_IFBLK;
    case 'p': return S_IFIFO;
    default:
      return fail(Code::invalid_argument, "{} is not a valid device type for device {}", node.type,
                  node.path);
  }
}

Result<> bind_node(int directory, const std::string& name, const std::string& source) {
  const UniqueFd file(
      ::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file) return mount_fail(source, name, "create the mount point");
  auto mount = clone_tree(AT_FDCWD, source, false);
  if (!mount) return mount_fail(std::move(mount).error(), source, name);
  TRY(set_attributes(mount->get(), 0, 0, MS_PRIVATE, false));
  auto attached = attach_at(mount->get(), directory, name);
  if (!attached) return mount_fail(std::move(attached).error(), source, name);
  return {};
}

Result<> make_node(int root, const DeviceNode& node, bool bind) {
  const mode_t type = TRY(type_bits(node));
  const Place place = TRY(make_parent(root, node.path));
  const std::string& source = node.source.empty() ? node.path : node.source;
  if (bind) return bind_node(place.directory.get(), place.name, source);
  if (::mknodat(place.directory.get(), place.name.c_str(), type | (node.mode & 07777U),
                ::makedev(node.major, node.minor)) != 0) {
    if (errno == EEXIST) return {};
    if (errno == EPERM) return bind_node(place.directory.get(), place.name, source);
    return sys_fail("create device node {}", node.path);
  }
  if ((node.uid != 0 || node.gid != 0) && ::fchownat(place.directory.get(), place.name.c_str(),
                                                     node.uid, node.gid, AT_SYMLINK_NOFOLLOW) != 0)
    return sys_fail("chown device node {}", node.path);
  return {};
}

// Names of /dev that a privileged container has of its own, or must not have. moby
// daemon/pkg/oci/devices_linux.go and runc libcontainer/devices.
bool is_own(std::string_view name) {
  constexpr std::array<std::string_view, 9> kOwn{
      "pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console", "ptmx"};
  for (std::string_view own : kOwn)
    if (name == own) return true;
  return false;
}

Result<> walk(int parent, const std::string& name, const std::string& path,
              std::vector<DeviceNode>& out, int depth) {
  auto opened = open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!opened) return {};  // gone meanwhile, or not ours to read
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(opened->get()), &::closedir);
  if (!dir) return sys_fail("opendir {}", path);
  const int fd = opened->release();
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string child = entry->d_name;
    if (child == "." || child == ".." || is_own(child)) continue;
    const std::string at = fmt::format("{}/{}", path, child);
    if (entry->d_type == DT_DIR) {
      if (depth < 8) TRY(walk(fd, child, at, out, depth + 1));
      continue;
    }
    if (entry->d_type != DT_CHR && entry->d_type != DT_BLK && entry->d_type != DT_UNKNOWN) continue;
    struct stat st {};
    if (::fstatat(fd, child.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)) continue;
    DeviceNode node;
    node.path = at;
    node.type = S_ISCHR(st.st_mode) ? 'c' : 'b';
    node.major = ::major(st.st_rdev);
    node.minor = ::minor(st.st_rdev);
    node.mode = st.st_mode & 07777U;
    node.uid = st.st_uid;
    node.gid = st.st_gid;
    out.push_back(std::move(node));
  }
  return {};
}

}  // namespace

Result<std::vector<DeviceNode>> host_devices() {
  std::vector<DeviceNode> out;
  TRY(walk(AT_FDCWD, "/dev", "/dev", out, 0));
  return out;
}

Result<> make_dev_nodes(int root, const RootfsSpec& spec, bool bind) {
  const UniqueFd dev = TRY(open_in_root(root, "dev", O_PATH | O_DIRECTORY));
  for (const Node& node : kNodes) {
    if (bind) {
      TRY(bind_node(dev.get(), node.name, std::string("/dev/") + node.name));
    } else if (::mknodat(dev.get(), node.name, S_IFCHR | 0666, ::makedev(node.major, node.minor)) !=
                   0 &&
               errno != EEXIST) {
      if (errno != EPERM) return sys_fail("create device node /dev/{}", node.name);
      TRY(bind_node(dev.get(), node.name, std::string("/dev/") + node.name));
    }
  }
  for (const auto& [to, name] : kLinks) {
    // A kernel may be built without kcore; runc leaves the link out then.
    if (std::string_view(name) == "core" && !path_exists(to)) continue;
    if (::symlinkat(to, dev.get(), name) != 0 && errno != EEXIST)
      return sys_fail("symlink /dev/{}", name);
  }
  for (const DeviceNode& node : spec.devices) TRY(make_node(root, node, bind));
  if (spec.privileged)
    for (const DeviceNode& node : TRY(host_devices())) TRY(make_node(root, node, bind));
  return {};
}

}  // namespace hexad::rootfs
