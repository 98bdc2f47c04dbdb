#include "daemon/networks/manager.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/net/bridge.hpp"
#include "libcontainer/net/link.hpp"
#include "libcontainer/net/nl_socket.hpp"
#include "libcontainer/net/sysctl.hpp"

namespace hexad::networks {
namespace {

constexpr int kDefaultMtu = 1500;

Result<Cidr> parse_bip(const std::string& text) {
  const auto bip = parse_cidr(text);
  if (!bip || bip->prefix < 1 || bip->prefix > 30 || bip->address == bip->first() ||
      bip->address == bip->last())
    return fail(Code::invalid_argument,
                "invalid bip \"{}\": an address and a prefix such as 172.17.0.1/16 is wanted",
                text);
  return *bip;
}

}  // namespace

Manager::Manager(db::Database& database, const Paths& paths, Options options)
    : store_(database), instance_(paths.instance), options_(std::move(options)) {
  std::uint32_t start = 0;
  for (const char c : random_hex(3))
    start = start << 4 | static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  next_link_ = start;
}

Result<std::unique_ptr<Service>> Service::start(db::Database& database, const Paths& paths,
                                                Options options) {
  auto manager = std::make_unique<Manager>(database, paths, std::move(options));
  TRY(manager->set_up());
  return std::unique_ptr<Service>(std::move(manager));
}

Result<> Manager::set_up() {
  TRY(load_networks());
  TRY(set_up_bridge());
  TRY(load_endpoints());
  TRY(set_up_kernel());
  return set_up_firewall();
}

Result<NetworkRow*> Manager::row_of(const std::string& driver) {
  for (auto& row : networks_)
    if (row.driver == driver) return &row;
  return fail(Code::internal, "the database has no {} network", driver);
}

// The three that Docker has from the start, with ids that stay.
Result<> Manager::load_networks() {
  networks_ = TRY(store_.networks());
  constexpr std::array<std::pair<const char*, const char*>, 3> kPredefined{
      {{"bridge", "bridge"}, {"host", "host"}, {"none", "null"}}};
  for (const auto& [name, driver] : kPredefined) {
    const bool there = std::any_of(networks_.begin(), networks_.end(),
                                   [&](const auto& r) { return r.name == name; });
    if (there) continue;
    NetworkRow row{random_hex(32), name, driver, now_ns(), "", ""};
    TRY(store_.put(row));
    networks_.push_back(std::move(row));
  }
  return {};
}

// --bip first; then what the bridge has; then what it had the last time, unless that is in use by
// now; then the first free pool.
Result<Cidr> Manager::decide_gateway(const NetworkRow& row) {
  if (!options_.bip.empty()) return parse_bip(options_.bip);
  const auto socket = TRY(net::open_route_socket());
  const auto addresses = TRY(net::list_addresses(socket));
  int own = 0;
  if (const auto link = net::find_link(socket, options_.bridge)) own = link->index;
  for (const auto& a : addresses)
    if (own != 0 && a.link == own && a.address.prefix <= 30) return a.address;
  std::vector<Cidr> in_use;
  for (const auto& a : addresses) in_use.push_back(a.address);
  for (const auto& r : TRY(net::list_routes(socket))) in_use.push_back(r.destination);
  std::vector<Cidr> pools = default_pools();
  if (const auto last = parse_cidr(row.gateway); last && row.bridge == options_.bridge) {
    if (choose_gateway(std::array{last->subnet()}, in_use)) return *last;
  }
  if (const auto chosen = choose_gateway(pools, in_use)) return *chosen;
  return fail(Code::internal,
              "could not find an available, non-overlapping IPv4 address pool among the defaults "
              "to assign to the "
              "network {}; use --bip",
              options_.bridge);
}

Result<> Manager::set_up_bridge() {
  NetworkRow* row = TRY(row_of("bridge"));
  gateway_ = TRY(decide_gateway(*row));
  const auto socket = TRY(net::open_route_socket());
  const int mtu = options_.mtu > 0 ? options_.mtu : kDefaultMtu;
  const auto bridge =
      TRY(net::ensure_bridge(socket, {options_.bridge, gateway_, "hexad:" + instance_, mtu}));
  bridge_index_ = bridge.index;
  if (bridge.created) log::info("bridge {} made with {}", options_.bridge, to_string(gateway_));
  if (row->bridge != options_.bridge || row->gateway != to_string(gateway_)) {
    row->bridge = options_.bridge;
    row->gateway = to_string(gateway_);
    TRY(store_.put(*row));
  }
  pool_ = AddressPool(gateway_);
  return {};
}

Result<> Manager::load_endpoints() {
  for (auto& row : TRY(store_.endpoints())) {
    const auto address = parse_ipv4(row.endpoint.ipv4);
    if (address && !pool_.take(*address))
      log::warn("address {} of container {} lies outside {}", row.endpoint.ipv4, row.container_id,
                to_string(gateway_.subnet()));
    for (const auto& p : published_ports(row.endpoint))
      book_.claim(p.protocol, p.host_address, p.host_port);
    endpoints_.emplace(row.container_id, std::move(row.endpoint));
  }
  return {};
}

Result<> Manager::set_up_kernel() {
  if (options_.ip_forward) TRY(net::set_sysctl("net/ipv4/ip_forward", "1"));
  // For 127.0.0.1:PORT: packets from a loopback address may leave through the bridge.
  if (options_.iptables)
    TRY(net::set_sysctl("net/ipv4/conf/" + options_.bridge + "/route_localnet", "1"));
  const auto bridged = net::get_sysctl("net/bridge/bridge-nf-call-iptables");
  hairpin_ = bridged && *bridged == "1";
  return {};
}

Result<> Manager::set_up_firewall() {
  if (!options_.iptables) return {};
  firewall_ = TRY(firewall::Firewall::open(instance_, firewall::Variant::automatic));
  firewall::Firewall::Ports ports;
  for (const auto& [container, endpoint] : endpoints_)
    if (auto published = published_ports(endpoint); !published.empty())
      ports.emplace(endpoint.endpoint_id, std::move(published));
  auto built = firewall_->rebuild({{options_.bridge, gateway_.subnet(), options_.ip_masq}}, ports);
  if (!built) return pass(std::move(built.error()), "set up packet filter chains");
  if (!firewall_->watchable()) return {};
  if (auto watching = start_watch(); !watching)
    log::warn("rules that are flushed will come back at the next start or stop only: {}",
              watching.error().message);
  return {};
}

Result<> Manager::start_watch() {
  auto events = TRY(firewall::NftWatch::open());
  stop_watch_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  if (!stop_watch_) return sys_fail("eventfd");
  watcher_ =
      std::thread([this, opened = std::move(events)]() mutable { watch(std::move(opened)); });
  return {};
}

Manager::~Manager() {
  if (!watcher_.joinable()) return;
  const std::uint64_t one = 1;
  (void)!::write(stop_watch_.get(), &one, sizeof one);
  watcher_.join();
}

void Manager::watch(firewall::NftWatch events) {
  // A reload is often many transactions: ours comes after a moment of quiet.
  constexpr int kQuietMs = 100;
  for (;;) {
    const auto deleted = events.wait(stop_watch_.get());
    if (!deleted || !*deleted) return;
    const auto stopped = poll_one(stop_watch_.get(), POLLIN, kQuietMs);
    if (!stopped || *stopped) return;
    const auto repaired = firewall_->repair_if_needed();
    if (!repaired) log::error("put packet filter rules back: {}", repaired.error().message);
    if (repaired && *repaired)
      log::warn("packet filter rules of ours were deleted and have been put back");
  }
}

}  // namespace hexad::networks
