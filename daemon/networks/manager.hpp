// The service behind service.hpp. setup.cpp makes it (bridge, subnet, chains), manager.cpp serves
// containers. What the database holds is mirrored in memory, so that reads never wait for it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/networks/address_pool.hpp"
#include "daemon/networks/port_book.hpp"
#include "daemon/networks/service.hpp"
#include "daemon/networks/store.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/firewall/firewall.hpp"
#include "libcontainer/firewall/nft_watch.hpp"

namespace hexad::networks {

// Rtnetlink sockets kept for the threads that wire containers side by side.
class RtnlSockets {
 public:
  Result<UniqueFd> take();
  void give_back(UniqueFd fd);

 private:
  std::mutex mutex_;
  std::vector<UniqueFd> idle_;
};

class Manager final : public Service {
 public:
  Manager(db::Database& database, const Paths& paths, Options options);
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() override;
  Result<> set_up();  // setup.cpp

  [[nodiscard]] std::vector<NetworkView> list() const override;
  [[nodiscard]] Result<NetworkView> find(std::string_view ref) const override;
  Result<Allocation> allocate(const std::string& container_id, const std::string& container_name,
                              const std::string& network, const std::vector<PortRequest>& ports,
                              const std::string& wanted_mac) override;
  Result<> wire(const std::string& container_id, const Endpoint& endpoint, int pid,
                int rtnetlink) override;
  Result<> release(const std::string& container_id) override;
  Result<> reconcile(const std::vector<std::string>& alive) override;
  Result<> rename(const std::string& container_id, const std::string& name) override;
  [[nodiscard]] std::string resolv_conf() const override;

 private:
  // setup.cpp
  Result<> load_networks();
  Result<> load_endpoints();
  Result<> set_up_bridge();
  Result<Cidr> decide_gateway(const NetworkRow& row);
  Result<> set_up_kernel();
  Result<> set_up_firewall();
  Result<NetworkRow*> row_of(const std::string& driver);
  Result<> start_watch();
  void watch(firewall::NftWatch events);

  // manager.cpp
  Result<NetworkRow> resolve(std::string_view ref) const;
  [[nodiscard]] NetworkView view(const NetworkRow& row) const;  // mutex_ held
  Result<Ipv4> take_address(const NetworkRow& row);
  Result<> bind_ports(const std::vector<PortRequest>& wanted, Allocation& into);
  Result<std::pair<BoundPort, UniqueFd>> bind_port(const PortRequest& wanted,
                                                   const Endpoint& endpoint);
  void drop_claims(const std::vector<BoundPort>& ports);  // mutex_ held
  void forget_custom_mac(const Endpoint& endpoint);
  std::string next_link_name();
  Result<> sweep_links();

  Store store_;
  const std::string instance_;
  const Options options_;
  std::vector<NetworkRow> networks_;  // not changed after set_up()
  Cidr gateway_;
  int bridge_index_ = 0;
  bool hairpin_ = false;                          // bridged frames pass iptables
  std::unique_ptr<firewall::Firewall> firewall_;  // null with iptables=false
  UniqueFd stop_watch_;                           // an eventfd
  std::thread watcher_;                           // puts rules back that somebody flushed
  RtnlSockets sockets_;
  std::atomic<std::uint32_t> next_link_;

  mutable std::mutex mutex_;  // guards what follows; never held across a system call that waits
  AddressPool pool_;
  PortBook book_;
  std::map<std::string, Endpoint> endpoints_;  // by container id
};

// What the firewall has to know of an endpoint's ports.
std::vector<firewall::PublishedPort> published_ports(const Endpoint& endpoint);

}  // namespace hexad::networks
