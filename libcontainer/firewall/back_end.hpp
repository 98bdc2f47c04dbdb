// How rules get into the kernel. Two ways, chosen by what the host's iptables is: rules of one
// variant are invisible to the tools of the other, and people look with `iptables -S`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/firewall/layout.hpp"

namespace hexad::firewall {

using Handle = std::uint64_t;  // the kernel's name of a rule; 0 where there is none (legacy)

class BackEnd {
 public:
  virtual ~BackEnd() = default;
  [[nodiscard]] virtual const char* name() const noexcept = 0;
  // In one transaction per table at most: chains made or emptied, jumps and rules as in the plan.
  // HEXAD-USER is there afterwards. The handles of `plan.rules`, in their order.
  virtual Result<std::vector<Handle>> replace(const Plan& plan) = 0;
  // Appended in one transaction; errno ENOENT: a chain of ours is gone.
  virtual Result<std::vector<Handle>> append(std::span<const Rule> rules) = 0;
  // errno ENOENT: at least one is not there any more, and nothing was deleted.
  virtual Result<> erase(std::span<const Rule> rules, std::span<const Handle> handles) = 0;
  // Whether replace(plan) would change anything: jumps there, chains with as many rules as in it.
  virtual Result<bool> intact(const Plan& plan) = 0;
  // Chains of the plan and the jumps to them are gone. HEXAD-USER stays.
  virtual Result<> remove(const Plan& plan) = 0;
};

// A netlink socket in this thread's network namespace, kept open: closing one after a deletion
// waits about 10 ms for RCU.
Result<std::unique_ptr<BackEnd>> open_nft();
// `save`, `restore`: paths of iptables-legacy-save and -restore (or of tools that act like them).
std::unique_ptr<BackEnd> open_restore(std::string save, std::string restore);

}  // namespace hexad::firewall
