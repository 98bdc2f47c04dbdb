#include "daemon/app/log_sink.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <memory>

namespace hexad::app {
namespace {

// Each slot takes some 300 bytes, whether used or not.
constexpr std::size_t kQueue = 512;

std::shared_ptr<spdlog::async_logger>& logger() {
  static std::shared_ptr<spdlog::async_logger> instance;
  return instance;
}

void sink(log::Level level, std::string_view line) {
  const auto& out = logger();
  if (!out) return;
  const spdlog::string_view_t text(line.data(), line.size());
  switch (level) {
    case log::Level::debug: out->log(spdlog::level::debug, text); break;
    case log::Level::info: out->log(spdlog::level::info, text); break;
    case log::Level::warn: out->log(spdlog::level::warn, text); break;
    case log::Level::error: out->log(spdlog::level::err, text); break;
  }
}

}  // namespace

void install_log_sink(log::Level level) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // for the thread made here
  spdlog::init_thread_pool(kQueue, 1);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  auto target = std::make_shared<spdlog::sinks::stderr_sink_st>();
  // A reader that has stopped must not stop the daemon: the oldest lines go.
  logger() =
      std::make_shared<spdlog::async_logger>("hexad", std::move(target), spdlog::thread_pool(),
                                             spdlog::async_overflow_policy::overrun_oldest);
  logger()->set_level(spdlog::level::debug);  // log::enabled() decides
  // The journal has its own clock.
  logger()->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v"
                                                                 : "%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
  log::set_level(level);
  log::set_sink(&sink);
}

void flush_log() {
  log::set_sink(nullptr);
  logger().reset();
  spdlog::shutdown();
}

}  // namespace hexad::app
