// Networks: the default bridge and the predefined `host` and `none`; addresses from a persistent
// pool, veth links, published ports. Blocking, pool threads. Docker's texts in errors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/db/database.hpp"
#include "daemon/paths.hpp"
#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::networks {

struct Options {
  std::string bridge = "hexad0";  // created where missing
  std::string bip;  // "172.30.0.1/16"; empty: the first free of Docker's default pools
  bool ip_masq = true;
  bool ip_forward = true;
  bool iptables = true;
  int mtu = 0;  // 0: 1500
};

// A port that the user asked to publish; `host_port` 0: any free one; a range when
// host_port_end > host_port (the first free of it).
struct PortRequest {
  std::string protocol = "tcp";  // tcp udp sctp
  std::uint16_t container_port = 0;
  std::string host_ip;  // "" or "0.0.0.0": all addresses
  std::uint16_t host_port = 0, host_port_end = 0;
};
struct BoundPort {
  std::string protocol;
  std::uint16_t container_port = 0;
  std::string host_ip;
  std::uint16_t host_port = 0;
};

// A container on a network, as it stands while it runs. Kept in the database from allocate() to
// release(), so that a new daemon finds it.
struct Endpoint {
  std::string network_id, network_name, endpoint_id;
  std::string ipv4, gateway;  // dotted
  int prefix_len = 0;
  std::string mac;        // aa:bb:..
  std::string host_link;  // fresh at every start
  std::string container_name;
  std::vector<BoundPort> ports;
};

struct Allocation {
  Endpoint endpoint;
  std::vector<UniqueFd> held;  // bound sockets that keep the host ports; the shim keeps them
};

struct NetworkView {  // for list and inspect
  std::string name, id, driver, scope = "local";
  std::string subnet, gateway;  // empty for host and none
  std::int64_t created = 0;     // ns
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::pair<std::string, Endpoint>> containers;  // container id -> endpoint
};

class Service {
 public:
  // Makes or adopts the bridge, masquerading, our chains (rebuilt from the database).
  static Result<std::unique_ptr<Service>> start(db::Database& database, const Paths& paths,
                                                Options options);
  virtual ~Service() = default;

  [[nodiscard]] virtual std::vector<NetworkView> list() const = 0;
  // By name, id or unambiguous id prefix. 404 "network x not found".
  [[nodiscard]] virtual Result<NetworkView> find(std::string_view ref) const = 0;

  // Before the container's processes exist: address, MAC, host ports (bound, or Docker's error
  // "driver failed programming external connectivity on endpoint NAME (ID): ... port is already
  // allocated").
  virtual Result<Allocation> allocate(const std::string& container_id,
                                      const std::string& container_name, const std::string& network,
                                      const std::vector<PortRequest>& ports,
                                      const std::string& wanted_mac) = 0;
  // Once init exists: veth straight into its network namespace, address, route through `rtnetlink`
  // (a socket that lives there), rules in one transaction.
  virtual Result<> wire(const std::string& container_id, const Endpoint& endpoint, int pid,
                        int rtnetlink) = 0;
  // Rules and address go; the link goes with its namespace (a sweep deletes pinned ones).
  // Idempotent.
  virtual Result<> release(const std::string& container_id) = 0;
  // Recovery, before the listener opens: everything of ours that belongs to no container in
  // `alive` goes; rules of the alive ones are there afterwards.
  virtual Result<> reconcile(const std::vector<std::string>& alive) = 0;
  // A container has another name now; only network inspect shows it.
  virtual Result<> rename(const std::string& container_id, const std::string& name) = 0;
  // DNS servers and search domains for a container's resolv.conf, from the host's (127.0.0.53: the
  // uplink's).
  [[nodiscard]] virtual std::string resolv_conf() const = 0;
};

}  // namespace hexad::networks
