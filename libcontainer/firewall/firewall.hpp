// The packet filter of one daemon: its chains, kept as they should be, and the rules of each
// container, put in and taken out in one transaction each. Thread-safe; the lock is held for one
// transaction (0.1 ms for a port).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/firewall/back_end.hpp"
#include "libcontainer/firewall/layout.hpp"

namespace hexad::firewall {

enum class Variant : std::uint8_t { automatic, nft, legacy };

class Firewall {
 public:
  // `automatic` asks `iptables -V`; without any iptables it is nf_tables. Nothing is changed yet.
  static Result<std::unique_ptr<Firewall>> open(std::string instance, Variant variant);

  using Ports = std::map<std::string, std::vector<PublishedPort>>;  // by endpoint
  // Everything from scratch, in one transaction: packets never see a half-made state. Also forgets
  // what was known of containers.
  Result<> rebuild(std::vector<Network> networks, const Ports& ports);
  // Rules for one endpoint. When somebody flushed our chains, all of it is rebuilt.
  Result<> add(const std::string& endpoint, const std::vector<PublishedPort>& ports);
  // Idempotent; rules that somebody else deleted are no error.
  Result<> remove(const std::string& endpoint);
  // Puts back what is missing (after `iptables -F`, a firewall reload).
  Result<> repair();
  // The same, after a look; false when nothing was missing.
  Result<bool> repair_if_needed();
  // All chains and jumps of ours go. HEXAD-USER stays: it may hold the administrator's rules.
  Result<> tear_down();
  [[nodiscard]] const char* back_end() const noexcept { return back_end_->name(); }
  // Whether nft_watch.hpp sees changes to these rules.
  [[nodiscard]] bool watchable() const noexcept { return watchable_; }

 private:
  struct Entry {
    std::vector<PublishedPort> ports;
    std::vector<Rule> rules;
    std::vector<Handle> handles;
  };
  Firewall(std::string instance, std::unique_ptr<BackEnd> back_end, bool watchable)
      : instance_(std::move(instance)), back_end_(std::move(back_end)), watchable_(watchable) {}
  [[nodiscard]] Plan whole_plan() const;
  Result<> rebuild_locked();
  Result<> add_locked(const std::string& endpoint, Entry entry);

  const std::string instance_;
  std::unique_ptr<BackEnd> back_end_;
  const bool watchable_;
  std::mutex mutex_;
  std::vector<Network> networks_;
  std::map<std::string, Entry> entries_;
};

}  // namespace hexad::firewall
