// Logging facade: formats with fmt and hands the line to a sink that the program installs
// (the daemon: spdlog, in daemon/app/log_sink.cpp). Without a sink lines go to stderr.
// No secrets, no environment values in a line.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace hexad::log {

enum class Level : std::uint8_t { debug, info, warn, error };
using Sink = void (*)(Level, std::string_view line);

void set_sink(Sink sink) noexcept;
void set_level(Level level) noexcept;
[[nodiscard]] bool enabled(Level level) noexcept;
void write(Level level, std::string_view line);

// Names the request and container that this thread's lines belong to, until it ends. The lines
// get " request=… container=…" at their end. Empty views are left out. The text must outlive it.
class Scope {
 public:
  Scope(std::string_view request, std::string_view container) noexcept;
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  std::string_view old_request_, old_container_;
};

template <class... A>
void debug(fmt::format_string<A...> t, A&&... a) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(t, std::forward<A>(a)...));
}
template <class... A>
void info(fmt::format_string<A...> t, A&&... a) {
  if (enabled(Level::info)) write(Level::info, fmt::format(t, std::forward<A>(a)...));
}
template <class... A>
void warn(fmt::format_string<A...> t, A&&... a) {
  if (enabled(Level::warn)) write(Level::warn, fmt::format(t, std::forward<A>(a)...));
}
template <class... A>
void error(fmt::format_string<A...> t, A&&... a) {
  if (enabled(Level::error)) write(Level::error, fmt::format(t, std::forward<A>(a)...));
}

}  // namespace hexad::log
