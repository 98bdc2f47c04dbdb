#include "daemon/containers/mounts.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "api/mount_spec.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

// Collects entries by target; a later source of a lower rank does not replace an earlier one.
class Collector {
 public:
  Collector(volumes::Service& volumes, std::vector<std::string>& made)
      : volumes_(volumes), made_(made) {}

  Result<> add_bind(const std::string& text);
  Result<> add_mount(const api::Mount& mount);
  Result<> add_tmpfs(const std::string& target, const std::string& options);
  Result<> add_image_volume(const std::string& target);
  std::vector<MountEntry> take() {
    std::vector<MountEntry> out;
    out.reserve(entries_.size());
    for (auto& [target, entry] : entries_) out.push_back(std::move(entry));
    return out;
  }

 private:
  Result<> put(MountEntry entry) {
    const std::string target = entry.point.destination;
    if (target == "/")
      return fail(Code::invalid_argument, "invalid volume specification: destination can't be '/'");
    if (entries_.contains(target))
      return fail(Code::invalid_argument, "Duplicate mount point: {}", target);
    entries_.emplace(target, std::move(entry));
    return {};
  }
  Result<> use_volume(MountEntry& entry, const api::VolumeCreate& request);

  volumes::Service& volumes_;
  std::vector<std::string>& made_;
  std::map<std::string, MountEntry> entries_;  // by target: parents come before children
};

Result<> Collector::use_volume(MountEntry& entry, const api::VolumeCreate& request) {
  const bool fresh = request.name.empty() || !volumes_.inspect(request.name);
  auto volume = TRY(volumes_.create(request));
  if (fresh) made_.push_back(volume.name);
  entry.point.type = "volume";
  entry.point.name = volume.name;
  entry.point.source = volume.mountpoint;
  entry.point.driver = "local";
  return {};
}

Result<> Collector::add_bind(const std::string& text) {
  const auto spec = TRY(api::parse_bind(text));
  MountEntry entry;
  entry.point.destination = spec.target;
  entry.point.mode = spec.mode;
  entry.point.rw = !spec.read_only;
  entry.point.propagation = spec.propagation;
  if (!spec.volume) {
    entry.point.type = "bind";
    entry.point.source = spec.source;
    if (entry.point.propagation.empty()) entry.point.propagation = "rprivate";
  } else {
    api::VolumeCreate request;
    request.name = spec.source;
    TRY(use_volume(entry, request));
    entry.anonymous = spec.source.empty();
    entry.copy_up = !spec.no_copy;
    if (entry.point.mode.empty()) entry.point.mode = "z";
  }
  return put(std::move(entry));
}

Result<> Collector::add_tmpfs(const std::string& target, const std::string& options) {
  if (!target.starts_with('/'))
    return fail(Code::invalid_argument, "invalid mount path: '{}' mount path must be absolute",
                target);
  MountEntry entry;
  entry.point.type = "tmpfs";
  entry.point.destination = api::clean_path(target);
  entry.point.rw = true;
  entry.options = options;
  for (const auto option : split(options, ','))
    if (option == "ro") entry.point.rw = false;
  return put(std::move(entry));
}

Result<> Collector::add_mount(const api::Mount& mount) {
  const auto invalid = [&mount](std::string_view why) {
    return fail(Code::invalid_argument, "invalid mount config for type \"{}\": {}", mount.type,
                why);
  };
  TRY(api::check_mount(mount));
  MountEntry entry;
  entry.point.destination = api::clean_path(mount.target);
  entry.point.rw = !mount.read_only;
  if (mount.type == "bind") {
    const bool create = mount.bind_options && mount.bind_options->create_mountpoint;
    if (!path_exists(mount.source) && !create)
      return invalid(fmt::format("bind source path does not exist: {}", mount.source));
    if (create && !path_exists(mount.source)) TRY(make_dirs(mount.source, 0755));
    entry.point.type = "bind";
    entry.point.source = api::clean_path(mount.source);
    entry.point.propagation = "rprivate";
    if (mount.bind_options) {
      if (!mount.bind_options->propagation.empty())
        entry.point.propagation = mount.bind_options->propagation;
      entry.recursive = !mount.bind_options->non_recursive;
    }
    return put(std::move(entry));
  }
  if (mount.type == "volume") {
    api::VolumeCreate request;
    request.name = mount.source;
    if (mount.volume_options) {
      if (!mount.volume_options->subpath.empty())
        return fail(Code::not_implemented, "volume subpaths are not supported by hexad yet");
      request.labels = mount.volume_options->labels;
      if (mount.volume_options->driver_config) {
        request.driver = mount.volume_options->driver_config->name;
        request.driver_opts = mount.volume_options->driver_config->options;
      }
    }
    TRY(use_volume(entry, request));
    entry.anonymous = mount.source.empty();
    entry.copy_up = !(mount.volume_options && mount.volume_options->no_copy);
    entry.point.mode = "z";
    return put(std::move(entry));
  }
  if (mount.type == "tmpfs") {
    std::vector<std::string> options;
    if (mount.read_only) options.emplace_back("ro");
    if (mount.tmpfs_options) {
      if (mount.tmpfs_options->mode != 0)
        options.push_back(fmt::format("mode={:o}", mount.tmpfs_options->mode));
      if (mount.tmpfs_options->size_bytes != 0)
        options.push_back(fmt::format("size={}", mount.tmpfs_options->size_bytes));
    }
    return add_tmpfs(mount.target, join(options, ","));
  }
  if (mount.type == "image" || mount.type == "cluster" || mount.type == "npipe")
    return fail(Code::not_implemented, "mounts of type {} are not supported by hexad yet",
                mount.type);
  return fail(Code::invalid_argument, "invalid mount config for type \"{0}\": mount type unknown",
              mount.type);
}

Result<> Collector::add_image_volume(const std::string& target) {
  if (entries_.contains(api::clean_path(target))) return {};
  MountEntry entry;
  entry.point.destination = api::clean_path(target);
  entry.point.rw = true;
  TRY(use_volume(entry, {}));
  entry.anonymous = true;
  entry.copy_up = true;
  return put(std::move(entry));
}

process::Propagation propagation_of(std::string_view text) {
  if (text == "shared") return process::Propagation::shared;
  if (text == "rshared") return process::Propagation::rshared;
  if (text == "slave") return process::Propagation::slave;
  if (text == "rslave") return process::Propagation::rslave;
  if (text == "private") return process::Propagation::priv;
  return process::Propagation::rprivate;
}

// Options of a tmpfs: flags of mount(2) apart from what tmpfs itself reads. Docker's defaults
// first.
void set_tmpfs(process::Mount& mount, std::string_view options) {
  mount.kind = process::MountKind::tmpfs;
  mount.flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  std::vector<std::string> data;
  for (const auto option : split(options, ',')) {
    if (option.empty() || option == "rw") continue;
    if (option == "ro")
      mount.flags |= MS_RDONLY;
    else if (option == "exec")
      mount.flags &= ~static_cast<std::uint64_t>(MS_NOEXEC);
    else if (option == "noexec")
      mount.flags |= MS_NOEXEC;
    else if (option == "suid")
      mount.flags &= ~static_cast<std::uint64_t>(MS_NOSUID);
    else if (option == "nosuid")
      mount.flags |= MS_NOSUID;
    else if (option == "dev")
      mount.flags &= ~static_cast<std::uint64_t>(MS_NODEV);
    else if (option == "nodev")
      mount.flags |= MS_NODEV;
    else
      data.emplace_back(option);
  }
  mount.options = join(data, ",");
}

}  // namespace

Result<std::vector<MountEntry>> resolve_mounts(const api::ContainerConfig& config,
                                               const api::HostConfig& host,
                                               volumes::Service& volumes,
                                               std::vector<std::string>& made) {
  Collector collector(volumes, made);
  for (const auto& bind : host.binds) TRY(collector.add_bind(bind));
  for (const auto& mount : host.mounts) TRY(collector.add_mount(mount));
  for (const auto& [target, options] : host.tmpfs) TRY(collector.add_tmpfs(target, options));
  for (const auto& target : config.volumes) TRY(collector.add_image_volume(target));
  return collector.take();
}

Result<std::vector<process::Mount>> to_spec_mounts(const std::vector<MountEntry>& entries) {
  std::vector<process::Mount> out;
  out.reserve(entries.size());
  for (const auto& entry : entries) {
    process::Mount mount;
    mount.target = entry.point.destination;
    if (entry.point.type == "tmpfs") {
      set_tmpfs(mount, entry.options);
    } else {
      mount.source = entry.point.source;
      mount.recursive = entry.recursive;
      mount.propagation = propagation_of(entry.point.propagation);
      mount.copy_up = entry.copy_up;
      if (!entry.point.rw) mount.flags |= MS_RDONLY;
      if (entry.point.type == "bind" && !path_exists(mount.source))
        TRY(make_dirs(mount.source, 0755));
    }
    out.push_back(std::move(mount));
  }
  return out;
}

Result<> give_volumes_to(const std::vector<MountEntry>& entries, std::uint32_t uid,
                         std::uint32_t gid) {
  for (const auto& entry : entries) {
    if (entry.point.type != "volume") continue;
    struct stat st {};
    if (::lstat(entry.point.source.c_str(), &st) != 0)
      return sys_fail("stat {}", entry.point.source);
    if (st.st_uid != 0 || uid == 0) continue;
    if (::lchown(entry.point.source.c_str(), uid, gid) != 0)
      return sys_fail("chown {}", entry.point.source);
  }
  return {};
}

}  // namespace hexad::containers
