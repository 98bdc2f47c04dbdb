#include "daemon/app/daemon.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>

#include "api/version.hpp"
#include "daemon/app/log_sink.hpp"
#include "daemon/app/memory.hpp"
#include "daemon/app/notify.hpp"
#include "daemon/app/roots.hpp"
#include "daemon/app/wiring.hpp"
#include "daemon/http/listen.hpp"
#include "daemon/http/server.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::app {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Requests that run are given this long to be answered at the end; then the process goes, which
// harms nothing: it may be killed at any moment anyway.
constexpr auto kGrace = 400ms;
constexpr auto kTrimAfter = 5s;

// A write to a pipe that nobody reads must not end us. A handler rather than SIG_IGN, which
// containers would inherit. signal(7)
void ignore_sigpipe() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGPIPE, &action, nullptr);
}

// Each client and each container takes descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Whatever still runs when the grace is over, the process ends with success.
void end_soon() {
  struct sigaction action {};
  action.sa_handler = [](int) { ::_exit(0); };
  ::sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  ::pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
  const itimerval timer{{0, 0}, {0, std::chrono::microseconds(kGrace).count()}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

class Daemon {
 public:
  Daemon(const Config& config, std::span<const char* const> arguments)
      : config_(config), arguments_(arguments) {}
  Result<> start();
  void serve();

 private:
  Result<> listen();
  void wait_for_signal();
  void reload();
  void stop();
  void wait_until_idle();
  void trim_when_quiet();

  const Config& config_;
  std::span<const char* const> arguments_;
  asio::io_context io_{1};
  asio::signal_set signals_{io_};
  asio::steady_timer timer_{io_}, trim_timer_{io_};
  std::uint64_t trimmed_at_ = 0;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point stop_by_;

  // Destroyed from the last to the first: the pools end their jobs before the services go.
  std::optional<Roots> roots_;
  std::optional<PidFile> pidfile_;
  std::unique_ptr<Features> features_;
  std::unique_ptr<http::Server> server_;
  std::optional<async::Pool> pool_, bulk_, cleanup_;
  std::vector<std::string> socket_files_;
};

Result<> Daemon::start() {
  roots_ = TRY(open_roots(config_));
  pidfile_.emplace(TRY(PidFile::write(config_.pidfile)));
  pool_.emplace(6, "hexad-pool");
  bulk_.emplace(16, "hexad-bulk");
  cleanup_.emplace(2, "hexad-cleanup");
  features_ = TRY(Features::start(
      {config_, roots_->paths, *roots_->database, io_.get_executor(), *pool_, *bulk_, *cleanup_}));
  server_ = std::make_unique<http::Server>(io_, *pool_, *bulk_, features_->routes());
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.add(SIGHUP);
  wait_for_signal();
  return listen();
}

Result<> Daemon::listen() {
  for (const auto& host : config_.hosts) {
    if (host == "fd://") {
      for (auto& socket : TRY(http::inherited_sockets())) TRY(server_->listen(std::move(socket)));
    } else {
      const auto path = host.substr(std::string_view("unix://").size());
      TRY(server_->listen(TRY(http::listen_unix(path, config_.group))));
      socket_files_.push_back(path);
    }
    log::info("API listens on {}", host);
  }
  return {};
}

void Daemon::serve() {
  log::info("hexad {} started: data root {}, instance {}", api::kVersion, config_.data_root,
            roots_->paths.instance);
  notify_manager(fmt::format("READY=1\nMAINPID={}", ::getpid()));
  trim_when_quiet();
  io_.run();
  end_soon();
  // Jobs that still run finish now, or the alarm ends them.
  bulk_.reset();
  pool_.reset();
  cleanup_.reset();
  server_.reset();
  features_.reset();
  pidfile_.reset();
  log::info("hexad stopped");
  flush_log();
}

void Daemon::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    if (number == SIGHUP) {
      reload();
    } else if (!std::exchange(stopping_, true)) {
      log::info("signal {}: stopping, containers keep running", number);
      stop();
    } else {
      return io_.stop();
    }
    wait_for_signal();
  });
}

// Only what can change while containers run: the log level.
void Daemon::reload() {
  const auto fresh = load_config(arguments_);
  if (!fresh) return log::error("reload: {}", fresh.error().message);
  log::set_level(fresh->log_level);
  log::info("configuration reloaded");
}

void Daemon::stop() {
  notify_manager("STOPPING=1");
  server_->stop();
  for (const auto& path : socket_files_) ::unlink(path.c_str());
  trim_timer_.cancel();
  stop_by_ = std::chrono::steady_clock::now() + kGrace;
  wait_until_idle();
}

void Daemon::wait_until_idle() {
  if (server_->connections() == 0 || std::chrono::steady_clock::now() >= stop_by_)
    return io_.stop();
  timer_.expires_after(10ms);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) wait_until_idle();
  });
}

// After work, not while nothing happens: an idle daemon should sleep.
void Daemon::trim_when_quiet() {
  trim_timer_.expires_after(kTrimAfter);
  trim_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (const auto now = server_->requests(); now != trimmed_at_) {
      trimmed_at_ = now;
      pool_->post([] { trim_memory(); });
    }
    trim_when_quiet();
  });
}

}  // namespace

int run_daemon(const Config& config, std::span<const char* const> arguments) {
  ::umask(022);
  ignore_sigpipe();
  raise_descriptor_limit();
  install_log_sink(config.log_level);
  Daemon daemon(config, arguments);
  if (auto started = daemon.start(); !started) {
    flush_log();
    std::fprintf(stderr, "failed to start daemon: %s\n", started.error().message.c_str());
    return 1;
  }
  daemon.serve();
  return 0;
}

}  // namespace hexad::app
