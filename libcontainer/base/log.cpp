#include "libcontainer/base/log.hpp"

#include <unistd.h>

#include <atomic>
#include <string>

namespace hexad::log {
namespace {

std::atomic<Sink> g_sink{nullptr};
std::atomic<Level> g_level{Level::info};
thread_local std::string_view t_request;
thread_local std::string_view t_container;

constexpr std::string_view name(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warning";
    case Level::error: return "error";
  }
  return "";
}

}  // namespace

void set_sink(Sink sink) noexcept { g_sink = sink; }
void set_level(Level level) noexcept { g_level = level; }
bool enabled(Level level) noexcept { return level >= g_level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view line) {
  std::string full(line);
  if (!t_container.empty()) full.append(" container=").append(t_container.substr(0, 12));
  if (!t_request.empty()) full.append(" request=").append(t_request);
  if (Sink sink = g_sink) {
    sink(level, full);
    return;
  }
  full = fmt::format("{}: {}\n", name(level), full);
  [[maybe_unused]] const auto n = ::write(STDERR_FILENO, full.data(), full.size());
}

Scope::Scope(std::string_view request, std::string_view container) noexcept
    : old_request_(t_request), old_container_(t_container) {
  if (!request.empty()) t_request = request;
  if (!container.empty()) t_container = container;
}

Scope::~Scope() {
  t_request = old_request_;
  t_container = old_container_;
}

}  // namespace hexad::log
