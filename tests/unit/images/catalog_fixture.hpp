#pragma once

#include "daemon/images/catalog.hpp"

namespace hexad::images {

inline const Paths kPaths{"/data", "/exec", "01234567"};

inline std::string id_of(char c) { return std::string(64, c); }

struct Filled : Catalog {
  // An image of two layers, the lower one shared by all; `created` in seconds.
  void put(char c, std::vector<TagName> names, std::int64_t created = 1, std::string parent = "") {
    for (const auto& diff_id : {id_of('0'), id_of(static_cast<char>('1' + (c - 'a')))})
      layers[diff_id] = {diff_id, diff_id, 10, 5, false, ""};
    Image image;
    image.id = id_of(c);
    image.parent = std::move(parent);
    image.file.created = created * 1'000'000'000;
    image.file.config.labels["l"] = std::string(1, c);
    image.file.diff_ids = {id_of('0'), id_of(static_cast<char>('1' + (c - 'a')))};
    image.file.history = {
        {1, "base", "", "", false}, {2, "meta", "", "", true}, {3, "top", "", "", false}};
    add(std::move(image), kPaths);
    for (auto& name : names) tags.emplace(std::move(name), id_of(c));
  }
};

}  // namespace hexad::images
