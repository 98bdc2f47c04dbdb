#include "daemon/images/store.hpp"

#include "libcontainer/base/log.hpp"

namespace hexad::images {

Result<Catalog> Store::load(const Paths& paths) {
  Catalog catalog;
  {
    auto rows = TRY(
        database_.prepare("SELECT diff_id, blob, blob_size, size, opaque, unsynced FROM layers"));
    while (TRY(rows.step())) {
      Layer layer{rows.text(0),    rows.text(1),         rows.integer(2),
                  rows.integer(3), rows.integer(4) != 0, rows.text(5)};
      auto id = layer.diff_id;
      catalog.layers.emplace(std::move(id), std::move(layer));
    }
  }
  {
    auto rows =
        TRY(database_.prepare("SELECT id, config, parent, last_tagged, detached FROM images"));
    while (TRY(rows.step())) {
      Image image;
      image.id = rows.text(0);
      image.config = rows.text(1);
      image.parent = rows.text(2);
      image.last_tagged = rows.integer(3);
      image.detached = rows.integer(4) != 0;
      auto file = parse_config(image.config);
      if (!file) {
        // Written by us, so it was readable once. The image is out of reach; all others are not.
        log::error("image {} cannot be read: {}", image.id, file.error().message);
        continue;
      }
      image.file = std::move(*file);
      catalog.add(std::move(image), paths);
    }
  }
  auto rows = TRY(database_.prepare("SELECT repository, tag, image FROM image_tags"));
  while (TRY(rows.step())) catalog.tags.emplace(TagName{rows.text(0), rows.text(1)}, rows.text(2));
  return catalog;
}

Result<> Store::change(const std::function<Result<>()>& work) {
  return database_.write([&](db::Database&) { return work(); });
}

Result<> Store::insert_layer(const Layer& layer) {
  auto s =
      TRY(database_.prepare("INSERT INTO layers (diff_id, blob, blob_size, size, opaque, unsynced) "
                            "VALUES (?, ?, ?, ?, ?, ?)"));
  s.bind(1, layer.diff_id).bind(2, layer.blob).bind(3, layer.blob_size).bind(4, layer.size);
  s.bind(5, std::int64_t{layer.opaque ? 1 : 0}).bind(6, layer.unsynced);
  return s.run();
}

Result<> Store::delete_layer(const std::string& diff_id) {
  auto s = TRY(database_.prepare("DELETE FROM layers WHERE diff_id = ?"));
  s.bind(1, diff_id);
  return s.run();
}

Result<> Store::insert_image(const Image& image) {
  {
    auto s = TRY(database_.prepare(
        "INSERT INTO images (id, config, parent, last_tagged) VALUES (?, ?, ?, ?)"));
    s.bind(1, image.id).bind(2, image.config).bind(3, image.parent).bind(4, image.last_tagged);
    TRY(s.run());
  }
  std::int64_t position = 0;
  for (const auto& diff_id : image.file.diff_ids) {
    auto s = TRY(
        database_.prepare("INSERT INTO image_layers (image, position, diff_id) VALUES (?, ?, ?)"));
    s.bind(1, image.id).bind(2, position++).bind(3, diff_id);
    TRY(s.run());
  }
  return {};
}

Result<> Store::delete_image(const std::string& id) {
  auto s = TRY(database_.prepare("DELETE FROM images WHERE id = ?"));
  s.bind(1, id);
  return s.run();
}

Result<> Store::detach_image(const std::string& id) {
  {
    auto s = TRY(database_.prepare("DELETE FROM image_tags WHERE image = ?"));
    s.bind(1, id);
    TRY(s.run());
  }
  auto s = TRY(database_.prepare("UPDATE images SET detached = 1 WHERE id = ?"));
  s.bind(1, id);
  return s.run();
}

Result<> Store::attach_image(const std::string& id) {
  auto s = TRY(database_.prepare("UPDATE images SET detached = 0 WHERE id = ?"));
  s.bind(1, id);
  return s.run();
}

Result<> Store::set_parent(const std::string& id, const std::string& parent) {
  auto s = TRY(database_.prepare("UPDATE images SET parent = ? WHERE id = ?"));
  s.bind(1, parent).bind(2, id);
  return s.run();
}

Result<> Store::set_tag(const TagName& name, const std::string& id, std::int64_t when) {
  {
    auto s = TRY(
        database_.prepare("INSERT INTO image_tags (repository, tag, image) VALUES (?, ?, ?) "
                          "ON CONFLICT (repository, tag) DO UPDATE SET image = excluded.image"));
    s.bind(1, name.repository).bind(2, name.tag).bind(3, id);
    TRY(s.run());
  }
  auto s = TRY(database_.prepare("UPDATE images SET last_tagged = ? WHERE id = ?"));
  s.bind(1, when).bind(2, id);
  return s.run();
}

Result<> Store::delete_tag(const TagName& name) {
  auto s = TRY(database_.prepare("DELETE FROM image_tags WHERE repository = ? AND tag = ?"));
  s.bind(1, name.repository).bind(2, name.tag);
  return s.run();
}

Result<> Store::set_unsynced(const std::string& diff_id, const std::string& boot) {
  auto s = TRY(database_.prepare("UPDATE layers SET unsynced = ? WHERE diff_id = ?"));
  s.bind(1, boot).bind(2, diff_id);
  return s.run();
}

}  // namespace hexad::images
