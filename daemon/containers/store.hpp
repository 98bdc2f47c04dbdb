// The containers' tables and nobody else's: rows in, rows out.
#pragma once

#include <string>
#include <vector>

#include "daemon/containers/container.hpp"
#include "daemon/db/database.hpp"

namespace hexad::containers {

struct Row {
  std::string id, name;
  std::int64_t created = 0;
  State state = State::created;
  Run run;
  Definition definition;
};

class Store {
 public:
  explicit Store(db::Database& database) : database_(database) {}

  // Code::conflict when the name is taken.
  Result<> insert(const Row& row);
  [[nodiscard]] Result<std::vector<Row>> all();
  Result<> set_state(const std::string& id, State state);
  Result<> set_run(const std::string& id, State state, const Run& run);
  Result<> rename(const std::string& id, const std::string& name);  // conflict as insert
  Result<> set_host_config(const std::string& id, const api::HostConfig& host);
  Result<> remove(const std::string& id);

 private:
  [[nodiscard]] Result<std::vector<MountEntry>> mounts_of(const std::string& id);
  db::Database& database_;
};

}  // namespace hexad::containers
