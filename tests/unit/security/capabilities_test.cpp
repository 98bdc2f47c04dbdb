#include "libcontainer/security/capabilities.hpp"

#include <linux/capability.h>

#include <catch2/catch.hpp>

#include "libcontainer/security/lsm.hpp"

using namespace hexad;
using namespace hexad::security;

namespace {
constexpr std::uint64_t kEverything = (std::uint64_t{1} << kKnownCapabilities) - 1;
using Names = std::vector<std::string>;

std::uint64_t merged(const Names& add, const Names& drop, std::uint64_t available = kEverything) {
  auto mask = merge_capabilities(add, drop, false, available);
  REQUIRE(mask);
  return *mask;
}
}  // namespace

TEST_CASE("names and numbers are the kernel's") {
  CHECK(capability_number("CAP_CHOWN") == CAP_CHOWN);
  CHECK(capability_number("net_bind_service") == CAP_NET_BIND_SERVICE);
  CHECK(capability_number("Cap_Sys_Admin") == CAP_SYS_ADMIN);
  CHECK(capability_number("CHECKPOINT_RESTORE") == CAP_CHECKPOINT_RESTORE);
  CHECK_FALSE(capability_number("CAP_NOTHING"));
  CHECK_FALSE(capability_number("ALL"));
  CHECK_FALSE(capability_number(""));
  CHECK(capability_name(CAP_SYS_ADMIN) == "CAP_SYS_ADMIN");
  CHECK(capability_name(63).empty());
  CHECK(capability_name(-1).empty());
  for (int i = 0; i < kKnownCapabilities; ++i) CHECK(capability_number(capability_name(i)) == i);
}

TEST_CASE("the default set is Docker's, entry by entry") {
  CHECK(capability_names(kDefaultCapabilities) ==
        Names{"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
              "CAP_SETUID", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SYS_CHROOT",
              "CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SETFCAP"});
}

TEST_CASE("adding and dropping follow Docker") {
  CHECK(merged({}, {}) == kDefaultCapabilities);
  CHECK(merged({"NET_ADMIN"}, {"chown"}) ==
        ((kDefaultCapabilities | capability_bit(CAP_NET_ADMIN)) & ~capability_bit(CAP_CHOWN)));
  CHECK(merged({"ALL"}, {"CAP_SYS_ADMIN"}) == (kEverything & ~capability_bit(CAP_SYS_ADMIN)));
  CHECK(merged({"net_bind_service"}, {"all"}) == capability_bit(CAP_NET_BIND_SERVICE));
  CHECK(merged({}, {"ALL"}) == 0);
  // Added and dropped: the addition is last.
  CHECK(merged({"CHOWN"}, {"CHOWN"}) == kDefaultCapabilities);
}

TEST_CASE("nobody gets what the daemon does not have") {
  const std::uint64_t available =
      kEverything & ~capability_bit(CAP_SYS_RESOURCE) & ~capability_bit(CAP_MKNOD);
  CHECK(merged({"ALL"}, {}, available) == available);
  CHECK(merged({}, {}, available) == (kDefaultCapabilities & available));
  CHECK(*merge_capabilities({}, {}, true, available) == available);
  const auto refused = merge_capabilities({"SYS_RESOURCE"}, {}, false, available);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::invalid_argument);
  CHECK(refused.error().message ==
        "invalid CapAdd: capability not supported by your kernel or not available in the current "
        "environment: "
        "\"CAP_SYS_RESOURCE\"");
  CHECK(merge_capabilities({"x"}, {}, false, available).error().message ==
        "invalid CapAdd: unknown capability: \"CAP_X\"");
}

TEST_CASE("normalising keeps ALL and the order") {
  CHECK(*normalize_capabilities({"all", "chown", "CAP_KILL"}, kEverything) ==
        Names{"ALL", "CAP_CHOWN", "CAP_KILL"});
}

TEST_CASE("security modules that are not driven are refused, not ignored") {
  CHECK(check_apparmor(""));
  CHECK(check_apparmor("unconfined"));
  CHECK_FALSE(check_apparmor("my-profile"));
  CHECK(check_selinux("disable"));
}
