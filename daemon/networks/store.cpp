#include "daemon/networks/store.hpp"

#include <map>

namespace hexad::networks {

Result<std::vector<NetworkRow>> Store::networks() {
  auto s =
      TRY(database_.prepare("SELECT id, name, driver, created, bridge, gateway FROM networks"));
  std::vector<NetworkRow> rows;
  while (TRY(s.step()))
    rows.push_back({s.text(0), s.text(1), s.text(2), s.integer(3), s.text(4), s.text(5)});
  return rows;
}

Result<> Store::put(const NetworkRow& row) {
  return database_.write([&](db::Database& db) -> Result<> {
    auto s = TRY(db.prepare(
        "INSERT INTO networks (id, name, driver, created, bridge, gateway) VALUES (?, ?, ?, ?, ?, "
        "?)"
        " ON CONFLICT (id) DO UPDATE SET bridge = excluded.bridge, gateway = excluded.gateway"));
    s.bind(1, row.id).bind(2, row.name).bind(3, row.driver).bind(4, row.created);
    s.bind(5, row.bridge).bind(6, row.gateway);
    return s.run();
  });
}

Result<std::vector<EndpointRow>> Store::endpoints() {
  std::vector<EndpointRow> rows;
  std::map<std::string, std::size_t> index;
  {
    auto s = TRY(database_.prepare(
        "SELECT e.id, e.network_id, n.name, e.container_id, e.container_name, e.address, "
        "e.prefix_len,"
        " e.gateway, e.mac, e.host_link FROM endpoints e JOIN networks n ON n.id = e.network_id"));
    while (TRY(s.step())) {
      Endpoint e;
      e.endpoint_id = s.text(0);
      e.network_id = s.text(1);
      e.network_name = s.text(2);
      e.container_name = s.text(4);
      e.ipv4 = s.maybe_text(5).value_or("");
      e.prefix_len = static_cast<int>(s.integer(6));
      e.gateway = s.text(7);
      e.mac = s.text(8);
      e.host_link = s.text(9);
      index[e.endpoint_id] = rows.size();
      rows.push_back({s.text(3), std::move(e)});
    }
  }
  auto s = TRY(database_.prepare(
      "SELECT endpoint_id, protocol, container_port, host_ip, host_port FROM endpoint_ports"
      " ORDER BY endpoint_id, position"));
  while (TRY(s.step())) {
    const auto at = index.find(s.text(0));
    if (at == index.end()) continue;
    rows[at->second].endpoint.ports.push_back({s.text(1), static_cast<std::uint16_t>(s.integer(2)),
                                               s.text(3),
                                               static_cast<std::uint16_t>(s.integer(4))});
  }
  return rows;
}

Result<> Store::put(const EndpointRow& row) {
  return database_.write([&](db::Database& db) -> Result<> {
    const Endpoint& e = row.endpoint;
    {
      auto s =
          TRY(db.prepare("INSERT INTO endpoints (id, network_id, container_id, container_name, "
                         "address, prefix_len,"
                         " gateway, mac, host_link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
      s.bind(1, e.endpoint_id)
          .bind(2, e.network_id)
          .bind(3, row.container_id)
          .bind(4, e.container_name);
      if (e.ipv4.empty()) {
        s.bind_null(5);
      } else {
        s.bind(5, e.ipv4);
      }
      s.bind(6, std::int64_t{e.prefix_len}).bind(7, e.gateway).bind(8, e.mac).bind(9, e.host_link);
      TRY(s.run());
    }
    std::int64_t position = 0;
    for (const auto& p : e.ports) {
      auto s = TRY(db.prepare(
          "INSERT INTO endpoint_ports (endpoint_id, position, protocol, container_port, host_ip,"
          " host_port) VALUES (?, ?, ?, ?, ?, ?)"));
      s.bind(1, e.endpoint_id).bind(2, position++).bind(3, p.protocol);
      s.bind(4, std::int64_t{p.container_port})
          .bind(5, p.host_ip)
          .bind(6, std::int64_t{p.host_port});
      TRY(s.run());
    }
    return {};
  });
}

Result<> Store::remove_endpoint(const std::string& id) {
  return database_.write([&](db::Database& db) -> Result<> {
    auto s = TRY(db.prepare("DELETE FROM endpoints WHERE id = ?"));
    s.bind(1, id);
    return s.run();
  });
}

Result<> Store::rename(const std::string& container_id, const std::string& name) {
  return database_.write([&](db::Database& db) -> Result<> {
    auto s = TRY(db.prepare("UPDATE endpoints SET container_name = ? WHERE container_id = ?"));
    s.bind(1, name).bind(2, container_id);
    return s.run();
  });
}

}  // namespace hexad::networks
