#include "daemon/containers/store.hpp"

#include "api/json/container.hpp"

namespace hexad::containers {
namespace {

Result<> insert_mount(db::Database& database, const std::string& id, std::int64_t position,
                      const MountEntry& mount) {
  auto statement = TRY(database.prepare(
      "INSERT INTO container_mounts (container_id, position, type, name, source, destination, "
      "mode, rw,"
      " propagation, options, copy_up, anonymous, recursive) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  const auto& point = mount.point;
  return statement.bind(1, std::string_view(id))
      .bind(2, position)
      .bind(3, std::string_view(point.type))
      .bind(4, std::string_view(point.name))
      .bind(5, std::string_view(point.source))
      .bind(6, std::string_view(point.destination))
      .bind(7, std::string_view(point.mode))
      .bind(8, std::int64_t{point.rw})
      .bind(9, std::string_view(point.propagation))
      .bind(10, std::string_view(mount.options))
      .bind(11, std::int64_t{mount.copy_up})
      .bind(12, std::int64_t{mount.anonymous})
      .bind(13, std::int64_t{mount.recursive})
      .run();
}

}  // namespace

Result<> Store::insert(const Row& row) {
  const std::string config = api::encode_config(row.definition.config);
  const std::string host = api::encode_host_config(row.definition.host);
  const std::string networking = api::encode_networking_config(row.definition.networking);
  return database_.write([&](db::Database& database) -> Result<> {
    {
      auto statement =
          TRY(database.prepare("INSERT INTO containers (id, name, image_ref, image_id, created, "
                               "state, config, host_config,"
                               " networking) VALUES (?,?,?,?,?,?,?,?,?)"));
      TRY(statement.bind(1, std::string_view(row.id))
              .bind(2, std::string_view(row.name))
              .bind(3, std::string_view(row.definition.image_ref))
              .bind(4, std::string_view(row.definition.image_id))
              .bind(5, row.created)
              .bind(6, to_text(row.state))
              .bind(7, std::string_view(config))
              .bind(8, std::string_view(host))
              .bind(9, std::string_view(networking))
              .run());
    }
    std::int64_t position = 0;
    for (const auto& mount : row.definition.mounts)
      TRY(insert_mount(database, row.id, position++, mount));
    return {};
  });
}

Result<std::vector<MountEntry>> Store::mounts_of(const std::string& id) {
  auto statement = TRY(database_.prepare(
      "SELECT type, name, source, destination, mode, rw, propagation, options, copy_up, anonymous,"
      " recursive FROM container_mounts WHERE container_id = ? ORDER BY position"));
  statement.bind(1, std::string_view(id));
  std::vector<MountEntry> out;
  while (TRY(statement.step())) {
    MountEntry mount;
    mount.point.type = statement.text(0);
    mount.point.name = statement.text(1);
    mount.point.source = statement.text(2);
    mount.point.destination = statement.text(3);
    mount.point.mode = statement.text(4);
    mount.point.rw = statement.integer(5) != 0;
    mount.point.propagation = statement.text(6);
    mount.point.driver = mount.point.type == "volume" ? "local" : "";
    mount.options = statement.text(7);
    mount.copy_up = statement.integer(8) != 0;
    mount.anonymous = statement.integer(9) != 0;
    mount.recursive = statement.integer(10) != 0;
    out.push_back(std::move(mount));
  }
  return out;
}

Result<std::vector<Row>> Store::all() {
  std::vector<Row> rows;
  {
    auto statement = TRY(database_.prepare(
        "SELECT id, name, image_ref, image_id, created, state, config, host_config, networking, "
        "pid,"
        " pid_start, boot_id, exit_code, oom_killed, error, started_at, finished_at, restart_count,"
        " manual_stop FROM containers ORDER BY created"));
    while (TRY(statement.step())) {
      Row row;
      row.id = statement.text(0);
      row.name = statement.text(1);
      row.definition.image_ref = statement.text(2);
      row.definition.image_id = statement.text(3);
      row.created = statement.integer(4);
      row.state = state_from(statement.text(5)).value_or(State::dead);
      row.definition.config = TRY(api::decode_config(statement.text(6)));
      row.definition.host = TRY(api::decode_host_config(statement.text(7)));
      row.definition.networking = TRY(api::decode_networking_config(statement.text(8)));
      row.run.process.pid = static_cast<pid_t>(statement.integer(9));
      row.run.process.start_time = static_cast<std::uint64_t>(statement.integer(10));
      row.run.boot_id = statement.text(11);
      row.run.exit_code = static_cast<int>(statement.integer(12));
      row.run.oom_killed = statement.integer(13) != 0;
      row.run.error = statement.text(14);
      row.run.started_at = statement.integer(15);
      row.run.finished_at = statement.integer(16);
      row.run.restart_count = static_cast<int>(statement.integer(17));
      row.run.manual_stop = statement.integer(18) != 0;
      rows.push_back(std::move(row));
    }
  }
  for (auto& row : rows) row.definition.mounts = TRY(mounts_of(row.id));
  return rows;
}

Result<> Store::set_state(const std::string& id, State state) {
  return database_.write([&](db::Database& database) -> Result<> {
    auto statement = TRY(database.prepare("UPDATE containers SET state = ? WHERE id = ?"));
    return statement.bind(1, to_text(state)).bind(2, std::string_view(id)).run();
  });
}

Result<> Store::set_run(const std::string& id, State state, const Run& run) {
  return database_.write([&](db::Database& database) -> Result<> {
    auto statement = TRY(database.prepare(
        "UPDATE containers SET state = ?, pid = ?, pid_start = ?, boot_id = ?, exit_code = ?,"
        " oom_killed = ?, error = ?, started_at = ?, finished_at = ?, restart_count = ?,"
        " manual_stop = ? WHERE id = ?"));
    return statement.bind(1, to_text(state))
        .bind(2, std::int64_t{run.process.pid})
        .bind(3, static_cast<std::int64_t>(run.process.start_time))
        .bind(4, std::string_view(run.boot_id))
        .bind(5, std::int64_t{run.exit_code})
        .bind(6, std::int64_t{run.oom_killed})
        .bind(7, std::string_view(run.error))
        .bind(8, run.started_at)
        .bind(9, run.finished_at)
        .bind(10, std::int64_t{run.restart_count})
        .bind(11, std::int64_t{run.manual_stop})
        .bind(12, std::string_view(id))
        .run();
  });
}

Result<> Store::rename(const std::string& id, const std::string& name) {
  return database_.write([&](db::Database& database) -> Result<> {
    auto statement = TRY(database.prepare("UPDATE containers SET name = ? WHERE id = ?"));
    return statement.bind(1, std::string_view(name)).bind(2, std::string_view(id)).run();
  });
}

Result<> Store::set_host_config(const std::string& id, const api::HostConfig& host) {
  const std::string json = api::encode_host_config(host);
  return database_.write([&](db::Database& database) -> Result<> {
    auto statement = TRY(database.prepare("UPDATE containers SET host_config = ? WHERE id = ?"));
    return statement.bind(1, std::string_view(json)).bind(2, std::string_view(id)).run();
  });
}

Result<> Store::remove(const std::string& id) {
  return database_.write([&](db::Database& database) -> Result<> {
    auto statement = TRY(database.prepare("DELETE FROM containers WHERE id = ?"));
    return statement.bind(1, std::string_view(id)).run();
  });
}

}  // namespace hexad::containers
