#include "libcontainer/security/seccomp_compile.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "libcontainer/base/io.hpp"

namespace hexad::security {
namespace {

// Calls newer than libseccomp 2.5.4 (Debian 12) knows. From 424 on a call has one number on every
// architecture, so that a few instructions in front of libseccomp's program decide them by
// number, alike with every version of the library. linux/arch/x86/entry/syscalls/syscall_64.tbl
struct NewCall {
  std::string_view name;
  std::uint32_t number;
};
constexpr std::uint32_t kFirstNew = 451;
constexpr std::array<NewCall, 16> kNewCalls{{
    {"cachestat", 451},
    {"fchmodat2", 452},
    {"map_shadow_stack", 453},
    {"futex_wake", 454},
    {"futex_wait", 455},
    {"futex_requeue", 456},
    {"statmount", 457},
    {"listmount", 458},
    {"lsm_get_self_attr", 459},
    {"lsm_set_self_attr", 460},
    {"lsm_list_modules", 461},
    {"mseal", 462},
    {"setxattrat", 463},
    {"getxattrat", 464},
    {"listxattrat", 465},
    {"removexattrat", 466},
}};
constexpr std::uint32_t kLastNew = 466;
// The one exception: uretprobe has a number of its own on x86-64, below the others.
constexpr std::uint32_t kUretprobe = 335;
constexpr std::uint32_t kX32Bit = 0x40000000;  // __X32_SYSCALL_BIT
constexpr std::uint32_t kFirstX32Own = 512;    // x32's own variants of older calls

struct ContextCloser {
  void operator()(void* context) const noexcept { ::seccomp_release(context); }
};
using Context = std::unique_ptr<void, ContextCloser>;

// libseccomp returns -errno.
tl::unexpected<Error> library_fail(int rc, std::string_view doing) {
  return tl::unexpected<Error>(sys_error(-rc, doing));
}

std::uint32_t scmp_action(Action action, int error) {
  switch (action) {
    case Action::allow: return SCMP_ACT_ALLOW;
    case Action::error: return SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error));
    case Action::kill_process: return SCMP_ACT_KILL_PROCESS;
    case Action::kill_thread: return SCMP_ACT_KILL_THREAD;
    case Action::trap: return SCMP_ACT_TRAP;
    case Action::log: return SCMP_ACT_LOG;
    case Action::trace: return SCMP_ACT_TRACE(static_cast<std::uint16_t>(error));
  }
  return SCMP_ACT_KILL_PROCESS;
}

scmp_compare scmp_operator(Compare compare) {
  switch (compare) {
    case Compare::equal: return SCMP_CMP_EQ;
    case Compare::not_equal: return SCMP_CMP_NE;
    case Compare::less: return SCMP_CMP_LT;
    case Compare::less_equal: return SCMP_CMP_LE;
    case Compare::greater: return SCMP_CMP_GT;
    case Compare::greater_equal: return SCMP_CMP_GE;
    case Compare::masked_equal: return SCMP_CMP_MASKED_EQ;
  }
  return SCMP_CMP_EQ;
}

std::vector<std::uint32_t> sub_architectures() {
  switch (native_arch()) {
    case Arch::x86_64: return {SCMP_ARCH_X86, SCMP_ARCH_X32};
    case Arch::aarch64: return {SCMP_ARCH_ARM};
    default: return {};
  }
}

bool applies(const Rule& rule, std::uint64_t capabilities) {
  if ((rule.if_capabilities & ~capabilities) != 0) return false;
  if ((rule.unless_capabilities & capabilities) != 0) return false;
  const std::uint8_t native = arch_bit(native_arch());
  if (rule.if_arches != 0 && (rule.if_arches & native) == 0) return false;
  return (rule.unless_arches & native) == 0;
}

const NewCall* new_call(std::string_view name) {
  const auto* found = std::find_if(kNewCalls.begin(), kNewCalls.end(),
                                   [&](const NewCall& c) { return c.name == name; });
  return found == kNewCalls.end() ? nullptr : found;
}

Result<> add_call(void* context, std::uint32_t action, int number, const Rule& rule) {
  // libseccomp takes one comparison for each argument and rule; several of the same argument
  // are alternatives, as in runc.
  std::vector<scmp_arg_cmp> together;
  unsigned used = 0;
  bool repeated = false;
  for (const Argument& a : rule.arguments) {
    if (a.index > 5) return fail(Code::invalid_argument, "seccomp: argument {} of a call", a.index);
    if ((used & 1U << a.index) != 0) repeated = true;
    used |= 1U << a.index;
    together.push_back({a.index, scmp_operator(a.compare), a.value, a.value_two});
  }
  int rc = 0;
  if (!repeated) {
    rc = ::seccomp_rule_add_array(context, action, number, static_cast<unsigned>(together.size()),
                                  together.data());
  } else {
    for (const scmp_arg_cmp& one : together)
      if (rc == 0) rc = ::seccomp_rule_add_array(context, action, number, 1, &one);
  }
  if (rc != 0) return library_fail(rc, "seccomp_rule_add");
  return {};
}

struct FrontRule {
  std::uint32_t number;
  std::uint32_t action;  // SECCOMP_RET_*
};

// SCMP_ACT_* and SECCOMP_RET_* are the same numbers.
Result<> add_rule(void* context, const Profile& profile, const Rule& rule,
                  std::vector<FrontRule>& front, bool& uretprobe) {
  const std::uint32_t action = scmp_action(rule.action, rule.error);
  const bool is_default = action == scmp_action(profile.default_action, profile.default_error);
  for (const std::string& name : rule.names) {
    if (name == "uretprobe") {
      uretprobe = rule.action == Action::allow;
      continue;
    }
    if (const NewCall* found = new_call(name)) {
      if (!rule.arguments.empty())
        return fail(Code::not_implemented, "seccomp: conditions on the arguments of {}", name);
      front.push_back({found->number, action});
      continue;
    }
    if (is_default) continue;  // libseccomp refuses a rule that says what the default says
    const int number = ::seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR) continue;
    TRY(add_call(context, action, number, rule));
  }
  return {};
}

constexpr std::uint8_t to8(std::size_t n) { return static_cast<std::uint8_t>(n); }
sock_filter statement(unsigned code, std::uint32_t k) {
  return {static_cast<std::uint16_t>(code), 0, 0, k};
}
sock_filter jump(unsigned code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
  return {static_cast<std::uint16_t>(code), yes, no, k};
}

constexpr std::uint32_t native_audit_arch() {
#if defined(__x86_64__)
  return AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  return AUDIT_ARCH_AARCH64;
#else
#error "seccomp: name the audit architecture"
#endif
}

// In front of libseccomp's program; an ordinary call costs two instructions here.
//   A = number; below 451: libseccomp's program decides
//   x86-64, an x32 call: A without its bit; below 451 or x32's own (512...): libseccomp
//   one comparison per known call; above the last: ENOSYS; else the default
std::vector<sock_filter> front_program(const std::vector<FrontRule>& rules, bool uretprobe,
                                       std::uint32_t default_action) {
  std::vector<sock_filter> body;  // A holds the number, known to be >= 451
  constexpr bool x86 = native_audit_arch() == AUDIT_ARCH_X86_64;
  std::vector<FrontRule> groups(rules);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const FrontRule& a, const FrontRule& b) { return a.number < b.number; });
  for (const FrontRule& rule : groups) {
    body.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, rule.number, 0, 1));
    body.push_back(statement(BPF_RET | BPF_K, rule.action));
  }
  body.push_back(jump(BPF_JMP | BPF_JGT | BPF_K, kLastNew, 0, 1));
  body.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
  body.push_back(statement(BPF_RET | BPF_K, default_action));

  std::vector<sock_filter> out;
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  if (uretprobe && x86) {
    // if nr == 335 and arch == x86-64: allow
    out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, kUretprobe, 0, 4));
    out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 1));
    out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  }
  const std::size_t past = body.size();  // from the last test to libseccomp's program
  out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, kFirstNew, 0, to8(past + (x86 ? 4 : 0))));
  if (x86) {
    out.push_back(jump(BPF_JMP | BPF_JSET | BPF_K, kX32Bit, 0, 3));
    out.push_back(statement(BPF_ALU | BPF_AND | BPF_K, ~kX32Bit));
    out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, kFirstNew, 0, to8(past + 1)));
    out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, kFirstX32Own, to8(past), 0));
  }
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Result<std::string> exported(void* context) {
  UniqueFd fd(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!fd) return sys_fail("memfd_create");
  if (const int rc = ::seccomp_export_bpf(context, fd.get()); rc != 0)
    return library_fail(rc, "seccomp_export_bpf");
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return sys_fail("lseek");
  return read_all(fd.get());
}

}  // namespace

Arch native_arch() {
  return native_audit_arch() == AUDIT_ARCH_X86_64 ? Arch::x86_64 : Arch::aarch64;
}

Result<std::string> compile_seccomp(const Profile& profile, std::uint64_t capabilities) {
  const std::uint32_t default_action = scmp_action(profile.default_action, profile.default_error);
  const Context context(::seccomp_init(default_action));
  if (!context) return fail(Code::internal, "seccomp_init failed");
  if (profile.sub_architectures) {
    for (const std::uint32_t arch : sub_architectures())
      if (const int rc = ::seccomp_arch_add(context.get(), arch); rc != 0 && rc != -EEXIST)
        return library_fail(rc, "seccomp_arch_add");
  }
  // A binary tree instead of a list: half the time to load, fewer steps per call.
  if (const int rc = ::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2); rc != 0)
    return library_fail(rc, "seccomp_attr_set");
  std::vector<FrontRule> front;
  bool uretprobe = false;
  for (const Rule& rule : profile.rules)
    if (applies(rule, capabilities)) TRY(add_rule(context.get(), profile, rule, front, uretprobe));
  const std::string main = TRY(exported(context.get()));
  const auto head = front_program(front, uretprobe, default_action);
  std::string program(head.size() * sizeof(sock_filter), '\0');
  std::memcpy(program.data(), head.data(), program.size());
  program += main;
  if (program.size() / sizeof(sock_filter) > BPF_MAXINSNS)
    return fail(Code::invalid_argument, "seccomp profile is larger than the kernel accepts");
  return program;
}

Result<std::string> default_seccomp(std::uint64_t capabilities) {
  static std::mutex mutex;
  static std::map<std::uint64_t, std::string> cache;  // a few entries: sets that people use
  const Profile& profile = default_profile();
  std::uint64_t relevant = 0;
  for (const Rule& rule : profile.rules)
    relevant |= rule.if_capabilities | rule.unless_capabilities;
  const std::uint64_t key = capabilities & relevant;
  const std::lock_guard lock(mutex);
  if (auto found = cache.find(key); found != cache.end()) return found->second;
  std::string program = TRY(compile_seccomp(profile, key));
  if (cache.size() < 64) cache.emplace(key, program);
  return program;
}

}  // namespace hexad::security
