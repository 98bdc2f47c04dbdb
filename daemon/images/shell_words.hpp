// Words of a Dockerfile line: quotes, backslashes and ${variables}, as `docker import --change`
// understands them. Dockerfile reference, "Environment replacement".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::images {

// Split at blanks that are neither quoted nor escaped; quotes and backslashes stay in the words.
std::vector<std::string> split_words(std::string_view text);
// Quotes and backslashes taken away, variables replaced: $a ${a} ${a:-word} ${a:+word}.
// `environment` holds "NAME=value". invalid_argument for an open quote or a bad substitution.
Result<std::string> expand_word(std::string_view word, const std::vector<std::string>& environment);

}  // namespace hexad::images
