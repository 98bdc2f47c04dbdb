// The format has no quoting and no expansion: what follows the first '=' is the value, as it is.
#include "client/env_file.hpp"

#include <fcntl.h>

#include <cstdlib>
#include <cstring>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::size_t kMaxFile = 16U << 20;
constexpr std::string_view kSpaces = " \t\v\f\r";

void add_from_environment(std::vector<std::string>& pairs, std::string_view name) {
  const std::string key(name);
  if (const char* value = std::getenv(key.c_str())) pairs.push_back(key + "=" + value);
}

}  // namespace

Result<std::vector<std::string>> parse_pairs(std::string_view text, std::string_view path,
                                             bool environment) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> pairs;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(kSpaces), line.size()));
    if (line.empty() || line[0] == '#') continue;
    if (line.find('\0') != std::string_view::npos)
      return fail(Code::invalid_argument, "invalid utf8 bytes at line {}: {}", number, path);
    const auto [name, value] = split_once(line, '=');
    if (name.empty())
      return fail(Code::invalid_argument,
                  "invalid environment variable: no variable name on line '{}'", line);
    if (name.find_first_of(kSpaces) != std::string_view::npos)
      return fail(Code::invalid_argument,
                  "invalid env file ({}): variable '{}' contains whitespaces", path, name);
    if (value) {
      pairs.emplace_back(line);
    } else if (environment) {
      add_from_environment(pairs, name);
    } else {
      pairs.emplace_back(name);
    }
  }
  return pairs;
}

Result<std::vector<std::string>> read_pairs_file(const std::string& path, bool environment) {
  const auto text = read_file(path, kMaxFile);
  if (!text) {
    std::string reason =
        text.error().sys_errno != 0 ? std::strerror(text.error().sys_errno) : text.error().message;
    if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z')
      reason[0] = static_cast<char>(reason[0] | 0x20);
    return fail(Code::not_found, "open {}: {}", path, reason);
  }
  return parse_pairs(*text, path, environment);
}

Result<std::string> resolve_variable(std::string_view argument) {
  const auto [name, value] = split_once(argument, '=');
  if (name.empty())
    return fail(Code::invalid_argument, "invalid environment variable: {}", argument);
  const std::string key(name);
  const char* ours = value ? nullptr : std::getenv(key.c_str());
  return ours != nullptr ? key + "=" + ours : std::string(argument);
}

}  // namespace hexad::client
