// hexad, the daemon.
#include <cstdio>
#include <exception>
#include <span>

#include "api/version.hpp"
#include "daemon/app/config.hpp"
#include "daemon/app/daemon.hpp"
#include "daemon/app/memory.hpp"
#include "daemon/app/wiring.hpp"
#include "daemon/http/server.hpp"

namespace {

using namespace hexad;

void print(std::FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

int run(std::span<const char* const> arguments) {
  const auto config = app::load_config(arguments);
  if (!config) {
    print(stderr, config.error().message + "\n");
    print(stderr, "See 'hexad --help'.\n");
    return 1;
  }
  if (config->help) {
    print(stdout, app::help_text());
  } else if (config->version) {
    print(stdout,
          fmt::format("{} version {}, API {}\n", api::kProduct, api::kVersion, api::kApiVersion));
  } else if (config->routes) {
    print(stdout, http::print_routes(app::routes_without_services()));
  } else if (config->validate) {
    print(stderr, "configuration OK\n");
  } else {
    return app::run_daemon(*config, arguments);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  app::tune_malloc();
  try {
    const std::span<const char* const> all(argv, static_cast<std::size_t>(argc));
    return run(all.subspan(all.empty() ? 0 : 1));
  } catch (const std::exception& e) {
    print(stderr, fmt::format("hexad: {}\n", e.what()));
    return 1;
  }
}
