// Go's fmt verbs over JSON values.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "client/templates/template.hpp"

namespace hexad::client::templates {

// %v %s %q %d %x %X %t %f %g %e %c %%, with flags "-+0 #", width and precision. Mistakes come out
// as in Go: "%!d(string=x)", "%!s(MISSING)", "%!(EXTRA ...)".
std::string go_printf(std::string_view format, std::span<const Value> args);

}  // namespace hexad::client::templates
