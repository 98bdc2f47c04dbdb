// The daemon's life: start in order, serve, stop on a signal.
#pragma once

#include <span>

#include "daemon/app/config.hpp"

namespace hexad::app {

// Returns the exit status. `arguments` are read again at SIGHUP.
int run_daemon(const Config& config, std::span<const char* const> arguments);

}  // namespace hexad::app
