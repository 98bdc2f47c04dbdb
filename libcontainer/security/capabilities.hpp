// Capabilities as bit masks: names, Docker's default set, merging of what a user adds and
// drops (decided by the daemon), and the calls by which a child gives up the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::security {

// Bit N = capability number N (capabilities(7)).
struct Capabilities {
  std::uint64_t bounding = 0, effective = 0, permitted = 0, inheritable = 0, ambient = 0;
};

// --- names ---------------------------------------------------------------------------------
inline constexpr int kKnownCapabilities = 41;  // CAP_CHOWN 0 ... CAP_CHECKPOINT_RESTORE 40
constexpr std::uint64_t capability_bit(int number) { return std::uint64_t{1} << number; }
// "CAP_CHOWN"; empty for a number that is not known.
std::string_view capability_name(int number);
// With or without CAP_, in any case; nullopt when unknown.
std::optional<int> capability_number(std::string_view name);
// "CAP_CHOWN", ... in the order of their numbers.
std::vector<std::string> capability_names(std::uint64_t mask);

// --- what a container gets --------------------------------------------------------------------
// moby daemon/pkg/oci/caps/defaults.go: the 14 that a container has without asking.
extern const std::uint64_t kDefaultCapabilities;
// The calling process's bounding set (man 2 prctl, PR_CAPBSET_READ).
Result<std::uint64_t> own_bounding_set();
// Upper case with CAP_ in front, "ALL" kept. invalid_argument `unknown capability: "CAP_X"`, or
// `capability not supported by your kernel or not available in the current environment: "CAP_X"`
// for one outside `available`.
Result<std::vector<std::string>> normalize_capabilities(const std::vector<std::string>& names,
                                                        std::uint64_t available);
// Docker's rule: privileged has all that is available; ALL added: all but the dropped; ALL
// dropped: only the added; else the default ones without the dropped, and the added. Never more
// than `available` (own_bounding_set()).
Result<std::uint64_t> merge_capabilities(const std::vector<std::string>& add,
                                         const std::vector<std::string>& drop, bool privileged,
                                         std::uint64_t available);
// As Docker hands a set to the container's process: bounding, permitted and effective; nothing
// inheritable or ambient.
Capabilities process_capabilities(std::uint64_t mask);

// --- in the child, raw calls ----------------------------------------------------------------
// Order: drop_bounding (needs CAP_SETPCAP), keep_capabilities(true), setgroups/setgid/setuid,
// apply_capabilities, exec. For a user other than root pass caps with effective and permitted
// equal to `ambient`.
Result<> drop_bounding(std::uint64_t keep);
// PR_SET_KEEPCAPS: permitted survives setuid to another user; the kernel clears it at exec.
Result<> keep_capabilities(bool on);
// capset(2), then the ambient set. Does not touch the bounding set.
Result<> apply_capabilities(const Capabilities& caps);
// What is really in force (tests, diagnosis); ambient included.
Result<Capabilities> current_capabilities();

}  // namespace hexad::security
