#include "daemon/volumes/store.hpp"

#include "api/json/small.hpp"

namespace hexad::volumes {
namespace {

Result<api::Volume> from_row(const db::Statement& row) {
  api::Volume volume;
  volume.name = row.text(0);
  volume.created_at = row.integer(1);
  volume.labels = TRY(api::decode_string_map(row.text(2)));
  volume.options = TRY(api::decode_string_map(row.text(3)));
  volume.anonymous = row.integer(4) != 0;
  return volume;
}

}  // namespace

Result<> Store::add(const api::Volume& volume) {
  return database_.write([&](db::Database& db) -> Result<> {
    auto insert = TRY(db.prepare(
        "INSERT INTO volumes (name, created, labels, options, anonymous) VALUES (?, ?, ?, ?, ?)"));
    const auto labels = api::encode_string_map(volume.labels);
    const auto options = api::encode_string_map(volume.options);
    insert.bind(1, std::string_view(volume.name)).bind(2, volume.created_at);
    insert.bind(3, std::string_view(labels)).bind(4, std::string_view(options));
    insert.bind(5, std::int64_t{volume.anonymous});
    return insert.run();
  });
}

Result<std::optional<api::Volume>> Store::find(std::string_view name) const {
  auto query = TRY(database_.prepare(
      "SELECT name, created, labels, options, anonymous FROM volumes WHERE name = ?"));
  query.bind(1, name);
  if (!TRY(query.step())) return std::optional<api::Volume>{};
  return std::optional<api::Volume>{TRY(from_row(query))};
}

Result<std::vector<api::Volume>> Store::all() const {
  auto query = TRY(database_.prepare(
      "SELECT name, created, labels, options, anonymous FROM volumes ORDER BY name"));
  std::vector<api::Volume> out;
  while (TRY(query.step())) out.push_back(TRY(from_row(query)));
  return out;
}

Result<> Store::erase(std::string_view name) {
  return database_.write([&](db::Database& db) -> Result<> {
    auto erase = TRY(db.prepare("DELETE FROM volumes WHERE name = ?"));
    erase.bind(1, name);
    return erase.run();
  });
}

}  // namespace hexad::volumes
