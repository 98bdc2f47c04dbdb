#include "libcontainer/firewall/layout.hpp"

#include <algorithm>
#include <string_view>

namespace hexad::firewall {
namespace {

constexpr std::string_view kPrefix = "HEXAD-";
const Cidr kLoopback{{127U << 24}, 8};

struct Names {
  std::string main, post, out;
  explicit Names(const std::string& instance)
      : main("HEXAD-" + instance), post("HEXAD-POST-" + instance), out("HEXAD-OUT-" + instance) {}
};

Rule make(Table table, std::string chain, Verdict verdict) {
  Rule r;
  r.table = table;
  r.chain = std::move(chain);
  r.verdict = verdict;
  return r;
}

Rule jump(Table table, const char* from, const std::string& to) {
  Rule r = make(table, from, Verdict::jump);
  r.target = to;
  return r;
}

void add_jumps(const Names& n, std::vector<Jump>& jumps) {
  jumps.push_back({jump(Table::raw, "PREROUTING", n.main), Place::top});
  // A packet to 127.0.0.1 from outside must not be turned into one that the kernel takes.
  Rule prerouting = jump(Table::nat, "PREROUTING", n.main);
  prerouting.destination = Subnet{kLoopback, true};
  prerouting.to_local = true;
  jumps.push_back({prerouting, Place::bottom});
  Rule output = jump(Table::nat, "OUTPUT", n.main);
  output.to_local = true;
  jumps.push_back({output, Place::bottom});
  jumps.push_back({jump(Table::nat, "POSTROUTING", n.post), Place::bottom});
  jumps.push_back({jump(Table::filter, "FORWARD", n.out), Place::below_instances});
  jumps.push_back({jump(Table::filter, "FORWARD", n.main), Place::top});
}

void add_forward(const Names& n, const Network& net, std::vector<Rule>& rules) {
  const Device bridge{net.bridge, false}, others{net.bridge, true};
  Rule known = make(Table::filter, n.main, Verdict::accept);
  known.out = bridge;
  known.states = kEstablished | kRelated;
  Rule published = make(Table::filter, n.main, Verdict::accept);
  published.out = bridge;
  published.states = kDnat;
  // Bridged frames come here too where br_netfilter is on.
  Rule inside = make(Table::filter, n.main, Verdict::accept);
  inside.in = inside.out = bridge;
  Rule rest = make(Table::filter, n.main, Verdict::drop);
  rest.in = others;
  rest.out = bridge;
  Rule leave = make(Table::filter, n.out, Verdict::accept);
  leave.in = bridge;
  leave.out = others;
  rules.insert(rules.end(), {known, published, inside, rest, leave});
}

void add_masquerade(const Names& n, const Network& net, std::vector<Rule>& rules) {
  if (net.masquerade) {
    Rule away = make(Table::nat, n.post, Verdict::masquerade);
    away.source = Subnet{net.subnet, false};
    away.out = Device{net.bridge, true};
    rules.push_back(away);
  }
  // A container that reaches itself or its neighbour by a published port: the answer has to come
  // back through the host.
  Rule hairpin = make(Table::nat, n.post, Verdict::masquerade);
  hairpin.source = Subnet{net.subnet, false};
  hairpin.out = Device{net.bridge, false};
  hairpin.states = kDnat;
  Rule local = make(Table::nat, n.post, Verdict::masquerade);
  local.source = Subnet{kLoopback, false};
  local.out = Device{net.bridge, false};
  rules.push_back(hairpin);
  rules.push_back(local);
}

}  // namespace

bool is_instance_chain(const std::string& name) {
  return name.size() == kPrefix.size() + 8 && name.starts_with(kPrefix) &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(kPrefix.size()), name.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Plan plan_for(const std::string& instance, const std::vector<Network>& networks) {
  const Names n(instance);
  Plan plan;
  plan.chains = {{Table::raw, n.main},
                 {Table::nat, n.main},
                 {Table::nat, n.post},
                 {Table::filter, n.main},
                 {Table::filter, n.out}};
  add_jumps(n, plan.jumps);
  // Linux takes 127.0.0.0/8 on a bridge with route_localnet=1, which 127.0.0.1:port needs; only lo
  // may bring such packets (kube-proxy has the same rule for the same reason).
  Rule martian = make(Table::raw, n.main, Verdict::drop);
  martian.destination = Subnet{kLoopback, false};
  martian.in = Device{"lo", true};
  plan.rules.push_back(martian);
  plan.rules.push_back(jump(Table::filter, n.main.c_str(), kUserChain));
  for (const auto& net : networks) {
    add_forward(n, net, plan.rules);
    add_masquerade(n, net, plan.rules);
  }
  return plan;
}

std::vector<Rule> port_rules(const std::string& instance, const std::vector<PublishedPort>& ports) {
  std::vector<Rule> rules;
  rules.reserve(ports.size());
  for (const auto& p : ports) {
    Rule r = make(Table::nat, "HEXAD-" + instance, Verdict::dnat);
    if (p.host_address.bits != 0) r.destination = Subnet{{p.host_address, 32}, false};
    r.protocol = p.protocol;
    r.port = p.host_port;
    r.dnat_address = p.container_address;
    r.dnat_port = p.container_port;
    rules.push_back(std::move(r));
  }
  return rules;
}

}  // namespace hexad::firewall
