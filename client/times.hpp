// Points in time as docker prints them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hexad::client {

// "2026-11-29 19:43:44 +0000 UTC" in the local time zone, as Go prints a time.
std::string go_time(std::int64_t ns);
// "Fri May 30 12:07:14 2025" in local time (Go's time.ANSIC).
std::string ansi_time(std::int64_t ns);
// As go_time, from RFC 3339 text, in UTC and with the fraction of a second it has.
std::string go_time_of(std::string_view rfc3339);

}  // namespace hexad::client
