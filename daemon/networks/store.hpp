// The SQL of networks and endpoints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/db/database.hpp"
#include "daemon/networks/service.hpp"

namespace hexad::networks {

struct NetworkRow {
  std::string id, name, driver;
  std::int64_t created = 0;
  std::string bridge, gateway;
};

struct EndpointRow {
  std::string container_id;
  Endpoint endpoint;
};

class Store {
 public:
  explicit Store(db::Database& database) : database_(database) {}

  Result<std::vector<NetworkRow>> networks();
  Result<> put(const NetworkRow& row);  // new, or another bridge and gateway
  Result<std::vector<EndpointRow>> endpoints();
  // Code::conflict: the address is taken, or the container is on that network.
  Result<> put(const EndpointRow& row);
  Result<> remove_endpoint(const std::string& id);
  Result<> rename(const std::string& container_id, const std::string& name);

 private:
  db::Database& database_;
};

}  // namespace hexad::networks
