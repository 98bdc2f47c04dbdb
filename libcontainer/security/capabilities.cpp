#include "libcontainer/security/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace hexad::security {
namespace {

// linux/capability.h, by number.
constexpr std::array<std::string_view, kKnownCapabilities> kNames{
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};
static_assert(CAP_LAST_CAP + 1 >= kKnownCapabilities);

constexpr std::string_view kAll = "ALL";

std::string normal_form(std::string_view name) {
  std::string upper(name);
  // strings.ToUpper of ASCII only: capability names have nothing else.
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (upper != kAll && !upper.starts_with("CAP_")) upper.insert(0, "CAP_");
  return upper;
}

std::uint64_t mask_of(const std::vector<std::string>& normalized) {
  std::uint64_t mask = 0;
  for (const std::string& name : normalized)
    if (auto number = capability_number(name)) mask |= capability_bit(*number);
  return mask;
}

bool has_all(const std::vector<std::string>& normalized) {
  return std::find(normalized.begin(), normalized.end(), kAll) != normalized.end();
}

struct KernelSets {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
};

constexpr std::uint32_t low(std::uint64_t mask) { return static_cast<std::uint32_t>(mask); }
constexpr std::uint32_t high(std::uint64_t mask) { return static_cast<std::uint32_t>(mask >> 32); }
constexpr std::uint64_t whole(std::uint32_t lower, std::uint32_t upper) {
  return std::uint64_t{upper} << 32 | lower;
}

}  // namespace

const std::uint64_t kDefaultCapabilities =
    capability_bit(CAP_CHOWN) | capability_bit(CAP_DAC_OVERRIDE) | capability_bit(CAP_FSETID) |
    capability_bit(CAP_FOWNER) | capability_bit(CAP_MKNOD) | capability_bit(CAP_NET_RAW) |
    capability_bit(CAP_SETGID) | capability_bit(CAP_SETUID) | capability_bit(CAP_SETFCAP) |
    capability_bit(CAP_SETPCAP) | capability_bit(CAP_NET_BIND_SERVICE) |
    capability_bit(CAP_SYS_CHROOT) | capability_bit(CAP_KILL) | capability_bit(CAP_AUDIT_WRITE);

std::string_view capability_name(int number) {
  if (number < 0 || number >= kKnownCapabilities) return {};
  return kNames[static_cast<std::size_t>(number)];
}

std::optional<int> capability_number(std::string_view name) {
  const std::string wanted = normal_form(name);
  const auto* found = std::find(kNames.begin(), kNames.end(), wanted);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<int>(found - kNames.begin());
}

std::vector<std::string> capability_names(std::uint64_t mask) {
  std::vector<std::string> names;
  for (int i = 0; i < kKnownCapabilities; ++i)
    if ((mask & capability_bit(i)) != 0) names.emplace_back(capability_name(i));
  return names;
}

Result<std::uint64_t> own_bounding_set() { return TRY(current_capabilities()).bounding; }

Result<std::vector<std::string>> normalize_capabilities(const std::vector<std::string>& names,
                                                        std::uint64_t available) {
  std::vector<std::string> out;
  for (const std::string& given : names) {
    std::string name = normal_form(given);
    if (name != kAll) {
      const auto number = capability_number(name);
      if (!number) return fail(Code::invalid_argument, "unknown capability: \"{}\"", name);
      if ((available & capability_bit(*number)) == 0)
        return fail(Code::invalid_argument,
                    "capability not supported by your kernel or not available in the current "
                    "environment: \"{}\"",
                    name);
    }
    out.push_back(std::move(name));
  }
  return out;
}

Result<std::uint64_t> merge_capabilities(const std::vector<std::string>& add,
                                         const std::vector<std::string>& drop, bool privileged,
                                         std::uint64_t available) {
  if (privileged) return available;
  auto dropped = normalize_capabilities(drop, available);
  if (!dropped) return pass(std::move(dropped).error(), "invalid CapDrop");
  auto added = normalize_capabilities(add, available);
  if (!added) return pass(std::move(added).error(), "invalid CapAdd");
  const auto &drops = *dropped, &adds = *added;
  if (has_all(adds)) return available & ~mask_of(drops);
  if (has_all(drops)) return mask_of(adds);
  return ((kDefaultCapabilities & available) & ~mask_of(drops)) | mask_of(adds);
}

Capabilities process_capabilities(std::uint64_t mask) {
  Capabilities caps;
  caps.bounding = caps.effective = caps.permitted = mask;
  return caps;
}

Result<> drop_bounding(std::uint64_t keep) {
  // EINVAL ends the walk: the running kernel's last capability has been passed.
  for (int i = 0; i < 64; ++i) {
    if ((keep & capability_bit(i)) != 0) continue;
    if (::prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0) continue;
    if (errno == EINVAL) return {};
    const int err = errno;
    // Without CAP_SETPCAP it is still fine if the capability is not in the set anyway.
    if (::prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 0) continue;
    errno = err;
    return sys_fail("drop {} from the bounding set", capability_name(i));
  }
  return {};
}

Result<> keep_capabilities(bool on) {
  if (::prctl(PR_SET_KEEPCAPS, on ? 1 : 0, 0, 0, 0) != 0) return sys_fail("prctl PR_SET_KEEPCAPS");
  return {};
}

Result<> apply_capabilities(const Capabilities& caps) {
  KernelSets sets;
  sets.data[0] = {low(caps.effective), low(caps.permitted), low(caps.inheritable)};
  sets.data[1] = {high(caps.effective), high(caps.permitted), high(caps.inheritable)};
  if (::syscall(SYS_capset, &sets.header, sets.data.data()) != 0) return sys_fail("capset");
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
    return sys_fail("clear the ambient capabilities");
  for (int i = 0; i < kKnownCapabilities; ++i) {
    if ((caps.ambient & capability_bit(i)) == 0) continue;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) != 0)
      return sys_fail("raise ambient {}", capability_name(i));
  }
  return {};
}

Result<Capabilities> current_capabilities() {
  Capabilities caps;
  KernelSets sets;
  if (::syscall(SYS_capget, &sets.header, sets.data.data()) != 0) return sys_fail("capget");
  caps.effective = whole(sets.data[0].effective, sets.data[1].effective);
  caps.permitted = whole(sets.data[0].permitted, sets.data[1].permitted);
  caps.inheritable = whole(sets.data[0].inheritable, sets.data[1].inheritable);
  for (int i = 0; i < 64; ++i) {
    const int held = ::prctl(PR_CAPBSET_READ, i, 0, 0, 0);
    if (held < 0) break;
    if (held == 1) caps.bounding |= capability_bit(i);
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1)
      caps.ambient |= capability_bit(i);
  }
  return caps;
}

}  // namespace hexad::security
