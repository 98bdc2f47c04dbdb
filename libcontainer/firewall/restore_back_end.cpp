// Rules through iptables-legacy-restore --noflush: one process per transaction. Its input is
// carried out table by table, each at its COMMIT.
#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "libcontainer/base/strings.hpp"
#include "libcontainer/firewall/back_end.hpp"
#include "libcontainer/firewall/tool.hpp"

namespace hexad::firewall {
namespace {

// What `iptables-save` says of one table.
struct SavedTable {
  std::set<std::string> chains;
  std::map<std::string, std::vector<std::string>> rules;  // chain -> "arguments" in order
};

SavedTable parse_saved(const std::string& text) {
  SavedTable saved;
  for (const auto line : split(text, '\n')) {
    if (line.starts_with(':')) {
      saved.chains.emplace(line.substr(1, line.find(' ') - 1));
    } else if (line.starts_with("-A ")) {
      const auto [chain, arguments] = split_once(line.substr(3), ' ');
      saved.rules[std::string(chain)].emplace_back(arguments.value_or(""));
    }
  }
  return saved;
}

std::string target_of(const std::string& arguments) {
  const auto at = arguments.rfind("-j ");
  if (at == std::string::npos) return {};
  return std::string(split(std::string_view(arguments).substr(at + 3), ' ').front());
}

class RestoreBackEnd final : public BackEnd {
 public:
  RestoreBackEnd(std::string save, std::string restore)
      : save_(std::move(save)), restore_(std::move(restore)) {}
  [[nodiscard]] const char* name() const noexcept override { return "iptables-restore"; }

  Result<std::vector<Handle>> replace(const Plan& plan) override {
    Tables saved;
    std::string input;
    for (const Table table : {Table::raw, Table::nat, Table::filter}) {
      saved[table] = TRY(read(table));
      std::string lines;
      // ":CHAIN" makes a chain or empties it, so HEXAD-USER is named only where it is missing.
      for (const auto& c : plan.chains)
        if (c.table == table) lines += ":" + c.name + " - [0:0]\n";
      if (table == Table::filter && !saved[table].chains.contains(kUserChain))
        lines += std::string(":") + kUserChain + " - [0:0]\n";
      lines += delete_jumps(plan, table, saved[table]);
      for (const auto& j : plan.jumps)
        if (j.rule.table == table) lines += put_in(j, saved[table]);
      for (const auto& r : plan.rules)
        if (r.table == table) lines += "-A " + r.chain + " " + arguments(r) + "\n";
      input += block(table, lines);
    }
    TRY(restore(input));
    return std::vector<Handle>(plan.rules.size());
  }

  Result<std::vector<Handle>> append(std::span<const Rule> rules) override {
    TRY(restore(change("-A", rules)));
    return std::vector<Handle>(rules.size());
  }

  Result<> erase(std::span<const Rule> rules, std::span<const Handle> /*handles*/) override {
    return restore(change("-D", rules));
  }

  Result<bool> intact(const Plan& plan) override {
    for (const Table table : {Table::filter, Table::nat, Table::raw}) {
      auto saved = TRY(read(table));
      for (const auto& c : plan.chains) {
        const auto wanted = std::count_if(plan.rules.begin(), plan.rules.end(), [&](const Rule& r) {
          return r.table == table && c.table == table && r.chain == c.name;
        });
        if (c.table == table && std::cmp_not_equal(saved.rules[c.name].size(), wanted))
          return false;
      }
      for (const auto& j : plan.jumps) {
        if (j.rule.table != table) continue;
        const auto& rules = saved.rules[j.rule.chain];
        if (std::find(rules.begin(), rules.end(), arguments(j.rule)) == rules.end()) return false;
      }
    }
    return true;
  }

  Result<> remove(const Plan& plan) override {
    std::string input;
    for (const Table table : {Table::filter, Table::nat, Table::raw}) {
      auto saved = TRY(read(table));
      std::string lines = delete_jumps(plan, table, saved), deletions;
      for (const auto& c : plan.chains) {
        if (c.table != table || !saved.chains.contains(c.name)) continue;
        lines += "-F " + c.name + "\n";
        deletions += "-X " + c.name + "\n";
      }
      lines += deletions;
      if (!lines.empty()) input += block(table, lines);
    }
    if (input.empty()) return {};
    return restore(input);
  }

 private:
  using Tables = std::map<Table, SavedTable>;

  static std::string block(Table table, const std::string& lines) {
    return std::string("*") + name_of(table) + "\n" + lines + "COMMIT\n";
  }

  static std::string change(const char* command, std::span<const Rule> rules) {
    std::map<Table, std::string> lines;
    for (const auto& r : rules)
      lines[r.table] += std::string(command) + " " + r.chain + " " + arguments(r) + "\n";
    std::string input;
    for (const auto& [table, text] : lines) input += block(table, text);
    return input;
  }

  // Also takes them out of `saved`, whose positions then are those after the deletions.
  static std::string delete_jumps(const Plan& plan, Table table, SavedTable& saved) {
    std::string lines;
    std::set<std::string> hooks;
    for (const auto& j : plan.jumps)
      if (j.rule.table == table) hooks.insert(j.rule.chain);
    for (const auto& hook : hooks) {
      std::erase_if(saved.rules[hook], [&](const std::string& rule) {
        const auto target = target_of(rule);
        const bool ours = std::any_of(plan.chains.begin(), plan.chains.end(), [&](const Chain& c) {
          return c.table == table && c.name == target;
        });
        if (ours) lines.append("-D ").append(hook).append(" ").append(rule).append("\n");
        return ours;
      });
    }
    return lines;
  }

  static std::string put_in(const Jump& jump, const SavedTable& saved) {
    const auto& chain = jump.rule.chain;
    if (jump.place == Place::bottom) return "-A " + chain + " " + arguments(jump.rule) + "\n";
    std::size_t position = 1;
    const auto rules = saved.rules.find(chain);
    if (jump.place == Place::below_instances && rules != saved.rules.end())
      for (std::size_t i = 0; i < rules->second.size(); ++i)
        if (is_instance_chain(target_of(rules->second[i]))) position = i + 2;
    return fmt::format("-I {} {} {}\n", chain, position, arguments(jump.rule));
  }

  Result<SavedTable> read(Table table) {
    const auto ran = TRY(run_tool({save_, "-t", name_of(table)}));
    if (ran.exit_code != 0) return fail(Code::internal, "{}: {}", save_, trim(ran.err));
    return parse_saved(ran.out);
  }

  Result<> restore(const std::string& input) {
    // -w: the xtables lock is shared with everybody who runs iptables.
    const auto ran = TRY(run_tool({restore_, "--noflush", "-w", "10"}, input));
    if (ran.exit_code == 0) return {};
    return tl::unexpected<Error>(Error{Code::internal, ran.exit_code == 1 ? ENOENT : 0,
                                       fmt::format("{}: {}", restore_, trim(ran.err))});
  }

  std::string save_, restore_;
};

}  // namespace

std::unique_ptr<BackEnd> open_restore(std::string save, std::string restore) {
  return std::make_unique<RestoreBackEnd>(std::move(save), std::move(restore));
}

}  // namespace hexad::firewall
