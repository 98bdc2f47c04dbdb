#include "libcontainer/rootfs/overlay.hpp"

#include <fcntl.h>
#include <sys/mount.h>

#include <array>
#include <string>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/mount_api.hpp"

namespace hexad::rootfs {
namespace {

// fsconfig(2) takes strings of at most 255 bytes; longer paths go by descriptor.
constexpr std::size_t kLongestValue = 255;
// What mount(2) copies of its data: one page.
constexpr std::size_t kLongestData = 4095;

// So that a saved upper directory is a plain tree: no redirects, no metadata-only copies; and no
// index, which would tie it to one set of layers (the choice of Docker and containerd).
constexpr std::array<std::pair<const char*, const char*>, 3> kOptions{
    {{"index", "off"}, {"metacopy", "off"}, {"redirect_dir", "off"}}};

struct Paths {
  std::vector<UniqueFd> held;  // keep the /proc/self/fd names alive until the mount exists

  Result<std::string> by_descriptor(const std::string& path) {
    held.push_back(TRY(open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY)));
    return fmt::format("/proc/self/fd/{}", held.back().get());
  }
  Result<std::string> short_enough(const std::string& path) {
    if (path.size() <= kLongestValue) return path;
    return by_descriptor(path);
  }
};

// What the kernel wrote about the failure: "e overlay: ..." fs/fs_context.c
std::string kernel_message(int context) {
  std::array<char, 512> line{};
  const ssize_t n = ::read(context, line.data(), line.size() - 1);
  if (n <= 2) return {};
  std::string text(line.data() + 2, static_cast<std::size_t>(n) - 2);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return " (" + text + ")";
}

Result<> configure(int context, const char* key, const std::string& value) {
  if (::fsconfig(context, FSCONFIG_SET_STRING, key, value.c_str(), 0) != 0)
    return sys_fail("overlay {}={}", key, value);
  return {};
}

Result<UniqueFd> by_fsopen(const RootfsSpec& spec) {
  Paths paths;
  UniqueFd context(::fsopen("overlay", FSOPEN_CLOEXEC));
  if (!context) return sys_fail("fsopen overlay");
  TRY(configure(context.get(), "source", "overlay"));
  for (const std::string& layer : spec.lower)
    TRY(configure(context.get(), "lowerdir+", TRY(paths.short_enough(layer))));
  if (!spec.upper.empty()) {
    TRY(configure(context.get(), "upperdir", TRY(paths.short_enough(spec.upper))));
    TRY(configure(context.get(), "workdir", TRY(paths.short_enough(spec.work))));
  }
  for (const auto& [key, value] : kOptions) TRY(configure(context.get(), key, value));
  if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    const int err = errno;
    return tl::unexpected<Error>(sys_error(err, "create overlay" + kernel_message(context.get())));
  }
  UniqueFd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
  if (!mount) return sys_fail("fsmount overlay");
  return mount;
}

Result<UniqueFd> by_mount(const RootfsSpec& spec) {
  Paths paths;
  std::string data;
  for (const std::string& layer : spec.lower)
    data += (data.empty() ? "lowerdir=" : ":") + TRY(paths.by_descriptor(layer));
  if (!spec.upper.empty()) {
    data += ",upperdir=" + TRY(paths.by_descriptor(spec.upper));
    data += ",workdir=" + TRY(paths.by_descriptor(spec.work));
  }
  for (const auto& [key, value] : kOptions) data += fmt::format(",{}={}", key, value);
  if (data.size() > kLongestData)
    return fail(Code::internal, "overlay of {} layers: too many for this kernel",
                spec.lower.size());
  const std::string& place = spec.upper.empty() ? spec.lower.front() : spec.upper;
  if (::mount("overlay", place.c_str(), "overlay", 0, data.c_str()) != 0)
    return sys_fail("mount overlay of {} layers", spec.lower.size());
  UniqueFd mount(::open_tree(AT_FDCWD, place.c_str(), OPEN_TREE_CLOEXEC));
  if (!mount) return sys_fail("open_tree {}", place);
  return mount;
}

}  // namespace

Result<UniqueFd> open_overlay(const RootfsSpec& spec, OverlayCall call) {
  if (spec.lower.empty() && spec.upper.empty())
    return fail(Code::internal, "a root without any layer");
  if (spec.lower.empty()) return clone_tree(AT_FDCWD, spec.upper, false);
  if (spec.upper.empty() && spec.lower.size() == 1) {
    // overlayfs wants two directories at least.
    UniqueFd only = TRY(clone_tree(AT_FDCWD, spec.lower.front(), false));
    TRY(set_attributes(only.get(), MOUNT_ATTR_RDONLY, 0, 0, false));
    return only;
  }
  if (call == OverlayCall::mount_only) return by_mount(spec);
  auto made = by_fsopen(spec);
  // Before 6.7 "lowerdir+" is unknown: EINVAL.
  if (made || call == OverlayCall::fsopen_only || made.error().sys_errno != EINVAL) return made;
  auto again = by_mount(spec);
  if (again) return again;
  return made;
}

}  // namespace hexad::rootfs
