// Rules through nf_tables. A rule is deleted by its handle, which is cheap; finding it by its text,
// as a tool has to, is not.
#include <libnftnl/chain.h>
#include <libnftnl/rule.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "libcontainer/firewall/back_end.hpp"
#include "libcontainer/firewall/nft_rule.hpp"
#include "libcontainer/firewall/nft_socket.hpp"

namespace hexad::firewall {
namespace {

using ChainKey = std::pair<Table, std::string>;

std::set<ChainKey> hooks_of(const Plan& plan) {
  std::set<ChainKey> hooks;
  for (const auto& j : plan.jumps) hooks.emplace(j.rule.table, j.rule.chain);
  return hooks;
}

bool is_ours(const Plan& plan, Table table, const std::string& chain) {
  return std::any_of(plan.chains.begin(), plan.chains.end(),
                     [&](const Chain& c) { return c.table == table && c.name == chain; });
}

// What stands in the built-in chains that concerns us.
struct Hooked {
  std::vector<std::pair<ChainKey, Handle>> ours;  // jumps to chains of the plan
  Handle last_instance = 0;                       // the last jump of another instance in FORWARD
};

class NftBackEnd final : public BackEnd {
 public:
  explicit NftBackEnd(NftSocket socket) : socket_(std::move(socket)) {}
  [[nodiscard]] const char* name() const noexcept override { return "nf_tables"; }

  Result<std::vector<Handle>> replace(const Plan& plan) override {
    return retried([&] { return try_replace(plan); });
  }

  Result<std::vector<Handle>> append(std::span<const Rule> rules) override {
    NftBatch batch;
    for (const auto& r : rules) batch.rule(r, true, 0, true);
    return socket_.commit(std::move(batch));
  }

  Result<> erase(std::span<const Rule> rules, std::span<const Handle> handles) override {
    NftBatch batch;
    for (std::size_t i = 0; i < rules.size(); ++i)
      batch.delete_rule(rules[i].table, rules[i].chain, handles[i]);
    TRY(socket_.commit(std::move(batch)));
    return {};
  }

  Result<bool> intact(const Plan& plan) override {
    const auto seen = TRY(look(plan));
    if (seen.ours.size() != plan.jumps.size()) return false;
    for (const auto& c : plan.chains) {
      const auto wanted = std::count_if(plan.rules.begin(), plan.rules.end(), [&](const Rule& r) {
        return r.table == c.table && r.chain == c.name;
      });
      std::ptrdiff_t there = 0;
      TRY(socket_.each_rule(c.table, c.name, [&](nftnl_rule*) { ++there; }));
      if (there != wanted) return false;
    }
    return true;
  }

  Result<> remove(const Plan& plan) override {
    TRY(retried([&] { return try_remove(plan); }));
    return {};
  }

 private:
  // Between reading and committing somebody else may have deleted what was read.
  template <class Step>
  static auto retried(Step step) -> decltype(step()) {
    for (int attempt = 0;; ++attempt) {
      auto done = step();
      if (done || attempt == 10) return done;
      const int e = done.error().sys_errno;
      if (e != ENOENT && e != EINTR && e != EAGAIN) return done;
    }
  }

  Result<Hooked> look(const Plan& plan) {
    Hooked seen;
    for (const auto& hook : hooks_of(plan)) {
      TRY(socket_.each_rule(hook.first, hook.second, [&](nftnl_rule* rule) {
        const auto target = jump_target(rule);
        if (target.empty()) return;
        const Handle handle = ::nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
        if (is_ours(plan, hook.first, target)) {
          seen.ours.emplace_back(hook, handle);
        } else if (hook.first == Table::filter && is_instance_chain(target)) {
          seen.last_instance = handle;
        }
      }));
    }
    return seen;
  }

  Result<std::vector<Handle>> try_replace(const Plan& plan) {
    const auto seen = TRY(look(plan));
    NftBatch batch;
    for (const Table t : {Table::filter, Table::nat, Table::raw}) batch.table(t);
    for (const auto& [table, chain] : hooks_of(plan)) batch.base_chain(table, chain);
    batch.chain(Table::filter, kUserChain);
    for (const auto& c : plan.chains) {
      batch.chain(c.table, c.name);
      batch.flush(c.table, c.name);
    }
    for (const auto& [hook, handle] : seen.ours) batch.delete_rule(hook.first, hook.second, handle);
    for (const auto& j : plan.jumps) {
      const Handle after = j.place == Place::below_instances ? seen.last_instance : 0;
      batch.rule(j.rule, j.place == Place::bottom || after != 0, after, false);
    }
    for (const auto& r : plan.rules) batch.rule(r, true, 0, true);
    return socket_.commit(std::move(batch));
  }

  Result<std::vector<Handle>> try_remove(const Plan& plan) {
    const auto seen = TRY(look(plan));
    std::set<ChainKey> there;
    TRY(socket_.each_chain([&](nftnl_chain* c) {
      for (const auto& ours : plan.chains)
        if (ours.name == ::nftnl_chain_get_str(c, NFTNL_CHAIN_NAME) &&
            std::string(name_of(ours.table)) == ::nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE))
          there.emplace(ours.table, ours.name);
    }));
    NftBatch batch;
    for (const auto& [hook, handle] : seen.ours) batch.delete_rule(hook.first, hook.second, handle);
    for (const auto& [table, chain] : there) batch.flush(table, chain);
    for (const auto& [table, chain] : there) batch.delete_chain(table, chain);
    return socket_.commit(std::move(batch));
  }

  NftSocket socket_;
};

}  // namespace

Result<std::unique_ptr<BackEnd>> open_nft() {
  return std::unique_ptr<BackEnd>(std::make_unique<NftBackEnd>(TRY(NftSocket::open())));
}

}  // namespace hexad::firewall
