// Where log lines go: standard error, written by one thread of its own, so that nobody waits for
// a slow terminal or journal.
#pragma once

#include "libcontainer/base/log.hpp"

namespace hexad::app {

void install_log_sink(log::Level level);
// Writes what is still queued. No line may be logged after it.
void flush_log();

}  // namespace hexad::app
