#include "api/signals.hpp"

#include <array>
#include <csignal>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

struct Named {
  std::string_view name;
  int number;
};

constexpr std::array kSignals{
    Named{"ABRT", SIGABRT},     Named{"ALRM", SIGALRM},     Named{"BUS", SIGBUS},
    Named{"CHLD", SIGCHLD},     Named{"CLD", SIGCHLD},      Named{"CONT", SIGCONT},
    Named{"FPE", SIGFPE},       Named{"HUP", SIGHUP},       Named{"ILL", SIGILL},
    Named{"INT", SIGINT},       Named{"IO", SIGIO},         Named{"IOT", SIGIOT},
    Named{"KILL", SIGKILL},     Named{"PIPE", SIGPIPE},     Named{"POLL", SIGPOLL},
    Named{"PROF", SIGPROF},     Named{"PWR", SIGPWR},       Named{"QUIT", SIGQUIT},
    Named{"SEGV", SIGSEGV},     Named{"STKFLT", SIGSTKFLT}, Named{"STOP", SIGSTOP},
    Named{"SYS", SIGSYS},       Named{"TERM", SIGTERM},     Named{"TRAP", SIGTRAP},
    Named{"TSTP", SIGTSTP},     Named{"TTIN", SIGTTIN},     Named{"TTOU", SIGTTOU},
    Named{"URG", SIGURG},       Named{"USR1", SIGUSR1},     Named{"USR2", SIGUSR2},
    Named{"VTALRM", SIGVTALRM}, Named{"WINCH", SIGWINCH},   Named{"XCPU", SIGXCPU},
    Named{"XFSZ", SIGXFSZ}};

// What the kernel's users call RTMIN: the C library keeps 32 and 33 for itself.
constexpr int kRtMin = 34, kRtMax = 64;

std::optional<int> real_time(const std::string& name) {
  const bool low = name.starts_with("RTMIN");
  if (!low && !name.starts_with("RTMAX")) return std::nullopt;
  int number = low ? kRtMin : kRtMax;
  if (name.size() > 5) {
    const auto offset = parse_uint(std::string_view(name).substr(6));
    if (name[5] != (low ? '+' : '-') || !offset || *offset > 30) return std::nullopt;
    number += low ? static_cast<int>(*offset) : -static_cast<int>(*offset);
  }
  return number;
}

}  // namespace

Result<int> parse_signal(std::string_view text) {
  if (const auto number = parse_uint(text); number && *number >= 1 && *number <= kRtMax) {
    return static_cast<int>(*number);
  }
  std::string name(text.substr(0, 32));
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (const auto& signal : kSignals) {
    if (signal.name == name) return signal.number;
  }
  if (const auto number = real_time(name)) return *number;
  return fail(Code::invalid_argument, "Invalid signal: {}", text);
}

std::string signal_name(int signal) {
  if (signal == SIGCHLD) return "SIGCHLD";
  for (const auto& named : kSignals) {
    if (named.number == signal) return fmt::format("SIG{}", named.name);
  }
  return fmt::format("{}", signal);
}

}  // namespace hexad::api
