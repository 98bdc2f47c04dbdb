// The tables of images and nobody else's: rows in, rows out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/db/database.hpp"
#include "daemon/images/catalog.hpp"

namespace hexad::images {

class Store {
 public:
  explicit Store(db::Database& database) : database_(database) {}

  // Everything, for the catalog. An image whose document cannot be read is logged and left out.
  Result<Catalog> load(const Paths& paths);

  // All of the following inside change(), which is one transaction.
  Result<> change(const std::function<Result<>()>& work);
  Result<> insert_layer(const Layer& layer);
  Result<> delete_layer(const std::string& diff_id);
  Result<> insert_image(const Image& image);     // and which layers it has
  Result<> delete_image(const std::string& id);  // and its names
  Result<> detach_image(const std::string& id);  // the names go, the image stays for containers
  Result<> attach_image(const std::string& id);
  Result<> set_parent(const std::string& id, const std::string& parent);
  Result<> set_tag(const TagName& name, const std::string& id, std::int64_t when);
  Result<> delete_tag(const TagName& name);
  Result<> set_unsynced(const std::string& diff_id, const std::string& boot);  // "": is on the disk

 private:
  db::Database& database_;
};

}  // namespace hexad::images
