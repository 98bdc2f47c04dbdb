// What the lists share: filters, ids, labels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/http_client.hpp"
#include "client/json_value.hpp"

namespace hexad::client {

inline constexpr std::string_view kFormatHelp =
    "How to print: 'table', 'table TEMPLATE', 'json', or a Go template";
inline constexpr std::string_view kObjectFormatHelp = "How to print: 'json' or a Go template";

// Adds the `filters` parameter, when there are any.
void add_filters(Query& query, const std::vector<std::string>& filters);
// Twelve digits, without the "sha256:".
std::string short_id(std::string_view id);
// "a=b,c=d", sorted.
std::string labels_text(const Json& labels);
// docker's natural order of names: numbers inside count as numbers.
bool natural_less(std::string_view a, std::string_view b);

// Progress as the daemon streams it: one JSON object a line. An error in it is the result.
// `quiet`: only {"stream"} texts are shown. Lines go to descriptor `fd`.
Result<> show_progress(Connection& stream, int fd, bool quiet = false);

}  // namespace hexad::client
