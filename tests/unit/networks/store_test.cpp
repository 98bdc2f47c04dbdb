#include "daemon/networks/store.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::networks;

namespace {

struct Fixture {
  std::unique_ptr<db::Database> database;
  Fixture() {
    database = std::move(*db::Database::open(":memory:"));
    const auto migrated = db::migrate(*database, ":memory:");
    INFO((migrated ? "" : migrated.error().message));
    REQUIRE(migrated);
  }
};

EndpointRow endpoint(const char* id, const char* container, const char* address) {
  EndpointRow row;
  row.container_id = container;
  row.endpoint.endpoint_id = id;
  row.endpoint.network_id = "n1";
  row.endpoint.container_name = std::string("name of ") + container;
  row.endpoint.ipv4 = address;
  row.endpoint.prefix_len = 16;
  row.endpoint.gateway = "172.17.0.1";
  row.endpoint.mac = "02:42:ac:11:00:02";
  row.endpoint.host_link = "hx0123456700000";
  return row;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "networks and endpoints are read back as they were written") {
  Store store(*database);
  REQUIRE(store.put(NetworkRow{"n1", "bridge", "bridge", 5, "hexad0", "172.17.0.1/16"}));
  REQUIRE(store.put(NetworkRow{"n1", "bridge", "bridge", 6, "br7", "172.18.0.1/16"}));
  const auto networks = store.networks();
  REQUIRE(networks);
  REQUIRE(networks->size() == 1);
  CHECK(networks->front().bridge == "br7");
  CHECK(networks->front().created == 5);

  auto row = endpoint("e1", "c1", "172.18.0.2");
  row.endpoint.ports = {{"tcp", 80, "0.0.0.0", 8080}, {"udp", 53, "127.0.0.1", 5353}};
  REQUIRE(store.put(row));
  const auto read = store.endpoints();
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  const auto& e = read->front().endpoint;
  CHECK(read->front().container_id == "c1");
  CHECK(e.network_name == "bridge");
  CHECK(e.ipv4 == "172.18.0.2");
  CHECK(e.host_link == "hx0123456700000");
  REQUIRE(e.ports.size() == 2);
  CHECK(e.ports[1].protocol == "udp");
  CHECK(e.ports[1].host_ip == "127.0.0.1");
  CHECK(e.ports[1].host_port == 5353);

  REQUIRE(store.rename("c1", "other"));
  CHECK(store.endpoints()->front().endpoint.container_name == "other");
  REQUIRE(store.remove_endpoint("e1"));
  CHECK(store.endpoints()->empty());
}

TEST_CASE_METHOD(Fixture, "an address of a network is given to one endpoint only") {
  Store store(*database);
  REQUIRE(store.put(NetworkRow{"n1", "bridge", "bridge", 5, "", ""}));
  REQUIRE(store.put(endpoint("e1", "c1", "172.17.0.2")));
  const auto twice = store.put(endpoint("e2", "c2", "172.17.0.2"));
  REQUIRE_FALSE(twice);
  CHECK(twice.error().code == Code::conflict);
  CHECK(store.put(endpoint("e3", "c3", "")));
  CHECK(store.put(endpoint("e4", "c4", "")));  // none and host have no address
}
