#include "daemon/images/recovery.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "daemon/images/layers.hpp"
#include "daemon/images/trash.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"

namespace hexad::images {

namespace {

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    names.push_back(entry.path().filename().string());
  return names;
}

// ext4 does not give an inode out again soon after it was freed, and looks at each such inode at
// every allocation: five thousand files unpacked where as many were removed a moment ago take
// 1.5 s instead of 0.15 s (measured). Below a "top of a hierarchy" it puts each new folder, and
// with it the files inside, into a block group of its own. man 1 chattr, T. Elsewhere no harm.
void spread_over_disk(const std::string& folder) {
  const auto fd = open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY);
  int flags = 0;
  if (!fd || ::ioctl(fd->get(), FS_IOC_GETFLAGS, &flags) != 0) return;
  flags |= FS_TOPDIR_FL;
  if (::ioctl(fd->get(), FS_IOC_SETFLAGS, &flags) != 0)
    log::debug("{}: {}", folder, sys_error(errno, "set FS_TOPDIR_FL").message);
}

Result<> make_folders(const Paths& paths) {
  TRY(make_dirs(paths.data, 0710));
  TRY(make_dirs(paths.blobs(), 0700));
  for (const auto& folder : {paths.layers(), paths.trash(), paths.tmp()})
    TRY(make_dirs(folder, 0700));
  spread_over_disk(paths.tmp());
  return {};
}

// Unpacks the layer from its blob again; false when the blob is no longer what it was.
Result<bool> unpack_again(const Paths& paths, const Layer& layer) {
  auto staging = TRY(Staging::make(paths));
  const auto again = unpack_blob(paths.blobs() + "/" + layer.blob, staging);
  if (!again || again->row.blob != layer.blob || again->row.diff_id != layer.diff_id) return false;
  const auto path = paths.layers() + "/" + layer.diff_id;
  if (path_exists(path) && !move_to_trash(paths, path))
    return fail(Code::internal, "cannot replace {}", path);
  if (::rename(again->directory.c_str(), path.c_str()) != 0) return sys_fail("rename {}", path);
  return true;
}

Result<> drop_image(const std::string& id, std::string_view why, Store& store, Catalog& catalog) {
  log::error("image sha256:{} is removed: {}", id, why);
  TRY(store.delete_image(id));
  std::erase_if(catalog.tags, [&](const auto& tag) { return tag.second == id; });
  catalog.images.erase(id);
  return {};
}

Result<> check_layers(const Paths& paths, const std::string& boot, Store& store, Catalog& catalog) {
  std::set<std::string> broken;
  for (auto& [id, layer] : catalog.layers) {
    const bool doubtful = !layer.unsynced.empty() && layer.unsynced != boot;
    if (!doubtful && path_exists(paths.layers() + "/" + id)) continue;
    log::warn("layer sha256:{} {}: unpacking it again", id,
              doubtful ? "may be incomplete after an unclean stop" : "is missing");
    if (!TRY(unpack_again(paths, layer))) broken.insert(id);
    layer.unsynced = boot;
    const auto& layer_id = layer.diff_id;
    TRY(store.change([&]() { return store.set_unsynced(layer_id, boot); }));
  }
  if (broken.empty()) return {};
  std::vector<std::string> lost;
  for (const auto& [id, image] : catalog.images) {
    for (const auto& diff_id : image->file.diff_ids) {
      if (broken.contains(diff_id)) lost.push_back(id);
    }
  }
  return store.change([&]() -> Result<> {
    for (const auto& id : lost) {
      if (catalog.images.contains(id))
        TRY(drop_image(id, "the blob of one of its layers is damaged", store, catalog));
    }
    return {};
  });
}

// Layers no image has, and files no layer or image has.
Result<> sweep(const Paths& paths, Store& store, Catalog& catalog) {
  TRY(store.change([&]() -> Result<> {
    for (auto it = catalog.layers.begin(); it != catalog.layers.end();) {
      if (catalog.uses(it->first) != 0) {
        ++it;
        continue;
      }
      TRY(store.delete_layer(it->first));
      it = catalog.layers.erase(it);
    }
    return {};
  }));
  std::set<std::string> blobs;
  for (const auto& [id, layer] : catalog.layers) blobs.insert(layer.blob);
  for (const auto& [id, image] : catalog.images) blobs.insert(id);
  for (const auto& name : names_in(paths.layers())) {
    if (!catalog.layers.contains(name)) move_to_trash(paths, paths.layers() + "/" + name);
  }
  for (const auto& name : names_in(paths.blobs())) {
    if (!blobs.contains(name)) move_to_trash(paths, paths.blobs() + "/" + name);
  }
  return {};
}

// The row is the truth; the file beside the other blobs follows it.
Result<> restore_configs(const Paths& paths, const Catalog& catalog) {
  for (const auto& [id, image] : catalog.images) {
    const auto path = paths.blobs() + "/" + id;
    const auto there = read_file(path, kMaxDocument + 1);
    if (!there || *there != image->config) TRY(write_file_atomic(path, image->config, 0600));
  }
  return {};
}

}  // namespace

Result<> recover(const Paths& paths, const std::string& boot, Store& store, Catalog& catalog) {
  TRY(make_folders(paths));
  for (const auto& name : names_in(paths.tmp())) {
    if (name.starts_with(kTmpPrefix)) move_to_trash(paths, paths.tmp() + "/" + name);
  }
  TRY(check_layers(paths, boot, store, catalog));
  TRY(sweep(paths, store, catalog));
  return restore_configs(paths, catalog);
}

}  // namespace hexad::images
