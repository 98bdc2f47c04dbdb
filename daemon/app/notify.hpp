// sd_notify(3) without libsystemd: one datagram to $NOTIFY_SOCKET. Nothing where it is not set.
#pragma once

#include <string_view>

namespace hexad::app {

void notify_manager(std::string_view state);  // "READY=1", "STOPPING=1", "RELOADING=1"

}  // namespace hexad::app
