#include "api/mount_spec.hpp"

#include <algorithm>
#include <array>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

constexpr std::array<std::string_view, 6> kPropagation{"private", "rprivate", "slave",
                                                       "rslave",  "shared",   "rshared"};

bool contains(const auto& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

tl::unexpected<Error> bad_spec(std::string_view spec) {
  return fail(Code::invalid_argument, "invalid volume specification: '{}'", spec);
}

tl::unexpected<Error> bad_mount(std::string_view type, std::string_view why) {
  return fail(Code::invalid_argument, "invalid mount config for type \"{}\": {}", type, why);
}

// The rules that all types share.
Result<> check_target(const Mount& mount) {
  if (mount.target.empty()) return bad_mount(mount.type, "field Target must not be empty");
  if (mount.target.find('\0') != mount.target.npos)
    return bad_mount(mount.type, "invalid mount path");
  if (clean_path(mount.target) == "/") {
    return bad_mount(mount.type, "invalid specification: destination can't be '/'");
  }
  if (!mount.target.starts_with('/')) {
    return bad_mount(mount.type, fmt::format("invalid mount path: '{}' mount path must be absolute",
                                             mount.target));
  }
  return {};
}

Result<> check_bind(const Mount& mount) {
  if (mount.source.empty()) return bad_mount(mount.type, "field Source must not be empty");
  if (mount.volume_options)
    return bad_mount(mount.type, "field VolumeOptions must not be specified");
  if (mount.tmpfs_options) return bad_mount(mount.type, "field TmpfsOptions must not be specified");
  if (mount.image_options) return bad_mount(mount.type, "field ImageOptions must not be specified");
  if (mount.source.find('\0') != mount.source.npos)
    return bad_mount(mount.type, "invalid mount path");
  if (!mount.source.starts_with('/')) {
    return bad_mount(mount.type, fmt::format("invalid mount path: '{}' mount path must be absolute",
                                             mount.source));
  }
  const auto& options = mount.bind_options;
  if (options && !options->propagation.empty() && !contains(kPropagation, options->propagation)) {
    return bad_mount(mount.type, fmt::format("invalid propagation mode: {}", options->propagation));
  }
  return {};
}

Result<> check_volume(const Mount& mount) {
  if (mount.bind_options) return bad_mount(mount.type, "field BindOptions must not be specified");
  if (mount.tmpfs_options) return bad_mount(mount.type, "field TmpfsOptions must not be specified");
  if (mount.image_options) return bad_mount(mount.type, "field ImageOptions must not be specified");
  if (mount.source.empty() && mount.read_only) {
    return bad_mount(mount.type, "must not set ReadOnly mode when using anonymous volumes");
  }
  if (mount.volume_options && !mount.volume_options->subpath.empty()) {
    const auto& subpath = mount.volume_options->subpath;
    const auto clean = clean_path(subpath);
    if (mount.source.empty()) {
      return bad_mount(mount.type, "must not set Subpath when using anonymous volumes");
    }
    if (subpath.starts_with('/') || clean == ".." || clean.starts_with("../")) {
      return bad_mount(mount.type, "subpath must be a relative path within the volume");
    }
  }
  return {};
}

Result<> check_tmpfs(const Mount& mount) {
  if (mount.bind_options) return bad_mount(mount.type, "field BindOptions must not be specified");
  if (mount.volume_options)
    return bad_mount(mount.type, "field VolumeOptions must not be specified");
  if (mount.image_options) return bad_mount(mount.type, "field ImageOptions must not be specified");
  if (!mount.source.empty()) return bad_mount(mount.type, "field Source must not be specified");
  if (mount.tmpfs_options && mount.tmpfs_options->size_bytes < 0) {
    return bad_mount(mount.type, "the size must not be negative");
  }
  return {};
}

}  // namespace

std::string clean_path(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> kept;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    const bool up = part == "..";
    if (up && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!up || !absolute) {  // "/.." is "/"
      kept.push_back(part);
    }
  }
  std::string out = absolute ? "/" : "";
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) out += '/';
    out += kept[i];
  }
  return out.empty() ? "." : out;
}

Result<MountMode> parse_mount_mode(std::string_view mode) {
  MountMode out;
  if (mode.empty()) return out;
  int access = 0, labels = 0, copies = 0, propagations = 0, consistencies = 0;
  constexpr std::array<std::string_view, 4> consistency{"default", "consistent", "cached",
                                                        "delegated"};
  for (const auto option : split(mode, ',')) {
    if (option == "ro" || option == "rw") {
      out.read_only = option == "ro";
      ++access;
    } else if (option == "z" || option == "Z") {
      out.label = option[0];
      ++labels;
    } else if (option == "nocopy") {
      out.no_copy = true;
      ++copies;
    } else if (contains(kPropagation, option)) {
      out.propagation = option;
      ++propagations;
    } else if (contains(consistency, option)) {
      ++consistencies;
    } else {
      return fail(Code::invalid_argument, "invalid mode: {}", mode);
    }
  }
  if (std::max({access, labels, copies, propagations, consistencies}) > 1) {
    return fail(Code::invalid_argument, "invalid mode: {}", mode);
  }
  return out;
}

Result<BindSpec> parse_bind(std::string_view spec) {
  const auto parts = split(spec, ':');
  if (parts.empty() || parts.size() > 3 || parts[0].empty()) return bad_spec(spec);
  BindSpec out;
  out.target = parts.back();
  if (parts.size() == 2) {
    // "/a:ro" has no target.
    if (parse_mount_mode(parts[1])) return bad_spec(spec);
    out.source = parts[0];
  } else if (parts.size() == 3) {
    out.source = parts[0];
    out.target = parts[1];
    out.mode = parts[2];
  }
  const auto mode = TRY(parse_mount_mode(out.mode));
  out.read_only = mode.read_only;
  out.no_copy = mode.no_copy;
  out.propagation = mode.propagation;
  out.label = mode.label;
  out.volume = !out.source.starts_with('/');

  Mount mount;
  mount.type = out.volume ? "volume" : "bind";
  mount.source = out.source;
  mount.target = out.target;
  if (!mode.propagation.empty()) mount.bind_options.emplace().propagation = mode.propagation;
  if (mode.no_copy) mount.volume_options.emplace().no_copy = true;
  if (auto checked = check_mount(mount); !checked) {
    return pass(std::move(checked).error(),
                fmt::format("invalid volume specification: '{}'", spec));
  }
  if (!out.volume) out.source = clean_path(out.source);
  out.target = clean_path(out.target);
  return out;
}

Result<> check_mount(const Mount& mount) {
  TRY(check_target(mount));
  if (mount.type == "bind") return check_bind(mount);
  if (mount.type == "volume") return check_volume(mount);
  if (mount.type == "tmpfs") return check_tmpfs(mount);
  return bad_mount(mount.type, "mount type unknown");
}

}  // namespace hexad::api
