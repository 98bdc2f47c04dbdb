#include "libcontainer/firewall/firewall.hpp"

#include "libcontainer/base/log.hpp"
#include "libcontainer/firewall/conntrack.hpp"
#include "libcontainer/firewall/tool.hpp"

namespace hexad::firewall {
namespace {

// The variant whose rules the host's own `iptables` shows.
Variant probe() {
  const auto tool = find_tool("iptables");
  if (tool.empty()) return Variant::nft;
  const auto ran = run_tool({tool, "-V"});
  if (!ran || ran->exit_code != 0) return Variant::nft;
  // "iptables v1.8.9 (nf_tables)" or "(legacy)"; before 1.8 no word, which is legacy.
  return ran->out.find("nf_tables") != std::string::npos ? Variant::nft : Variant::legacy;
}

Result<std::unique_ptr<BackEnd>> open_legacy() {
  for (const char* prefix : {"iptables-legacy", "iptables"}) {
    auto save = find_tool(std::string(prefix) + "-save");
    auto restore = find_tool(std::string(prefix) + "-restore");
    if (!save.empty() && !restore.empty()) return open_restore(std::move(save), std::move(restore));
  }
  return fail(Code::internal, "iptables-restore was not found");
}

// A flow that stays is a nuisance, not a reason to fail a start.
void forget_flows(const std::vector<PublishedPort>& ports) {
  if (const auto done = forget_udp_flows(ports); !done)
    log::warn("firewall: {}", done.error().message);
}

}  // namespace

Result<std::unique_ptr<Firewall>> Firewall::open(std::string instance, Variant variant) {
  if (variant == Variant::automatic) variant = probe();
  auto back_end = TRY(variant == Variant::nft ? open_nft() : open_legacy());
  return std::unique_ptr<Firewall>(
      new Firewall(std::move(instance), std::move(back_end), variant == Variant::nft));
}

Plan Firewall::whole_plan() const {
  Plan plan = plan_for(instance_, networks_);
  for (const auto& [endpoint, entry] : entries_)
    plan.rules.insert(plan.rules.end(), entry.rules.begin(), entry.rules.end());
  return plan;
}

Result<> Firewall::rebuild_locked() {
  const Plan plan = whole_plan();
  const auto handles = TRY(back_end_->replace(plan));
  std::size_t of_ports = 0;
  for (const auto& [endpoint, entry] : entries_) of_ports += entry.rules.size();
  auto at = handles.end() - static_cast<std::ptrdiff_t>(of_ports);  // they come last
  for (auto& [endpoint, entry] : entries_) {
    const auto end = at + static_cast<std::ptrdiff_t>(entry.rules.size());
    entry.handles.assign(at, end);
    at = end;
  }
  return {};
}

Result<> Firewall::rebuild(std::vector<Network> networks, const Ports& ports) {
  const std::lock_guard lock(mutex_);
  networks_ = std::move(networks);
  entries_.clear();
  for (const auto& [endpoint, published] : ports)
    if (!published.empty()) entries_[endpoint] = {published, port_rules(instance_, published), {}};
  return rebuild_locked();
}

Result<> Firewall::add(const std::string& endpoint, const std::vector<PublishedPort>& ports) {
  if (ports.empty()) return {};
  {
    const std::lock_guard lock(mutex_);
    TRY(add_locked(endpoint, Entry{ports, port_rules(instance_, ports), {}}));
  }
  forget_flows(ports);
  return {};
}

Result<> Firewall::add_locked(const std::string& endpoint, Entry entry) {
  auto handles = back_end_->append(entry.rules);
  if (handles) {
    entry.handles = std::move(*handles);
    entries_.insert_or_assign(endpoint, std::move(entry));
    return {};
  }
  log::warn("firewall: {}; our chains are built again", handles.error().message);
  entries_.insert_or_assign(endpoint, std::move(entry));
  auto rebuilt = rebuild_locked();
  if (!rebuilt) entries_.erase(endpoint);
  return rebuilt;
}

Result<> Firewall::remove(const std::string& endpoint) {
  std::vector<PublishedPort> ports;
  {
    const std::lock_guard lock(mutex_);
    auto node = entries_.extract(endpoint);
    if (node.empty()) return {};
    const Entry& entry = node.mapped();
    ports = entry.ports;
    if (auto erased = back_end_->erase(entry.rules, entry.handles); !erased) {
      log::warn("firewall: {}; our chains are built again", erased.error().message);
      if (auto rebuilt = rebuild_locked(); !rebuilt) {
        entries_.insert(std::move(node));
        return rebuilt;
      }
    }
  }
  forget_flows(ports);
  return {};
}

Result<> Firewall::repair() {
  const std::lock_guard lock(mutex_);
  return rebuild_locked();
}

Result<bool> Firewall::repair_if_needed() {
  const std::lock_guard lock(mutex_);
  if (TRY(back_end_->intact(whole_plan()))) return false;
  TRY(rebuild_locked());
  return true;
}

Result<> Firewall::tear_down() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  return back_end_->remove(plan_for(instance_, networks_));
}

}  // namespace hexad::firewall
