// The request target: "/v1.51/containers/json?all=1" taken apart. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/request.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::http {

struct Target {
  std::string path;                    // decoded, without the version prefix; starts with '/'
  std::optional<std::string> version;  // "1.51" as the client wrote it
  std::vector<std::pair<std::string, std::string>> query;
};

inline constexpr ApiVersion kOldest{1, 24};
inline constexpr ApiVersion kNewest{1, 51};

// 400 with the texts of Go's net/url where Docker shows them.
Result<Target> parse_target(std::string_view raw);
// "+" is a space in a query, not in a path.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);
// No version means the newest. 400 with Docker's text when it is out of range.
Result<ApiVersion> check_version(const std::optional<std::string>& version);

}  // namespace hexad::http
