// Seccomp profiles and their compilation by libseccomp. Only the daemon links this
// (hexad_seccomp_compile); a child gets the bytes. The default profile is data in
// seccomp_default.cpp; a profile that a user supplies becomes a Profile too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::security {

enum class Arch : std::uint8_t { x86_64, x86, x32, aarch64, arm };
constexpr std::uint8_t arch_bit(Arch a) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(a));
}
Arch native_arch();

enum class Action : std::uint8_t { allow, error, kill_process, kill_thread, trap, log, trace };
enum class Compare : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  masked_equal
};

struct Argument {
  unsigned index = 0;  // 0..5
  Compare compare = Compare::equal;
  std::uint64_t value = 0;      // for masked_equal: the mask
  std::uint64_t value_two = 0;  // for masked_equal: the value
};

struct Rule {
  std::vector<std::string> names;
  Action action = Action::allow;
  int error = 0;                          // for Action::error
  std::vector<Argument> arguments;        // all must hold
  std::uint64_t if_capabilities = 0;      // only if all of these are held
  std::uint64_t unless_capabilities = 0;  // not if any of these is held
  std::uint8_t if_arches = 0;             // arch_bit()s: only for one of these; 0: for all
  std::uint8_t unless_arches = 0;
};

struct Profile {
  Action default_action = Action::error;
  int default_error = 1;  // EPERM
  std::vector<Rule> rules;
  // Besides the native architecture, those that its kernel also runs.
  bool sub_architectures = true;
};

const Profile& default_profile();

// The program as bytes of struct sock_filter. `capabilities`: what the process will hold. A name
// that neither libseccomp nor our own table of newer calls knows is skipped, as runc does; a call
// newer than every one the table knows gives ENOSYS, so that programs fall back. 10 ms.
Result<std::string> compile_seccomp(const Profile& profile, std::uint64_t capabilities);

// The default profile, compiled once for each set of capabilities that matters to it. Thread safe.
Result<std::string> default_seccomp(std::uint64_t capabilities);

}  // namespace hexad::security
