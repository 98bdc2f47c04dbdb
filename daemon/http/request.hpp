// An Engine API request as handlers see it: no Beast, no Asio. The router has stripped and
// checked the version prefix, decoded the path and the query.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::http {

struct ApiVersion {
  int major = 1, minor = 51;
  friend auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
};

struct Request {
  std::string id;  // of this request, for the log
  std::string method;
  std::string path;  // "/containers/x/start", percent-decoded, without "/v1.NN"
  ApiVersion version;
  std::vector<std::pair<std::string, std::string>> params;   // {id} -> value
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // empty for uploads
  bool upgrade = false;                                      // Connection: Upgrade, Upgrade: tcp

  // The value of {name} in the route's pattern; it exists by construction.
  [[nodiscard]] const std::string& param(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  // All values of a key that may be given more than once ("changes").
  [[nodiscard]] std::vector<std::string> query_values(std::string_view name) const;
  // "", "0", "no", "false", "none" are false, everything else true (Docker's BoolValue).
  [[nodiscard]] bool query_bool(std::string_view name, bool absent = false) const;
  // 400 naming the key when it is no number; an empty value counts as absent.
  [[nodiscard]] Result<std::optional<std::int64_t>> query_int(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

}  // namespace hexad::http
