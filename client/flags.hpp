// Command line flags with the rules of pflag, which docker uses: -it, -p=80, -p80, --flag=value,
// --flag value; one table per command drives parsing and --help. Errors carry the text that
// docker prints; the caller adds the usage line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::client {

enum class FlagKind : std::uint8_t {
  boolean,
  text,
  integer,
  unsigned_integer,
  bytes,     // 512m
  decimal,   // 1.5
  duration,  // 1m30s
  list,      // may be given several times
  map,       // name=value, several times
  filter,    // name=value, several times
};

struct FlagSpec {
  std::string_view name;  // without dashes
  char shorthand = 0;     // 0: none
  FlagKind kind = FlagKind::boolean;
  std::string_view help;
  std::string_view fallback = {};    // a default that is not the zero value
  std::string_view shown_type = {};  // in --help instead of the kind's word
  bool hidden = false;
  // Checked while parsing, so that the error names the flag.
  Result<> (*check)(std::string_view value) = nullptr;
};

class ParsedFlags {
 public:
  explicit ParsedFlags(std::span<const FlagSpec> specs) : specs_(specs) {}

  // Given on the command line, with whatever value.
  [[nodiscard]] bool has(std::string_view name) const;
  // A flag nobody declared counts as not given, so that commands can share code.
  [[nodiscard]] bool on(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

  std::vector<std::string> args;  // what is not a flag

 private:
  friend class FlagParser;
  struct Value {
    const FlagSpec* spec;
    std::string text;
  };
  [[nodiscard]] const Value* last(std::string_view name) const;

  std::span<const FlagSpec> specs_;
  std::vector<Value> values_;
};

// `interspersed`: flags may follow positional arguments (not for run, create, exec).
// "--help" and "-h" (where no flag has that letter) give Code::not_acceptable, "help wanted".
Result<ParsedFlags> parse_flags(std::span<const FlagSpec> specs,
                                std::span<const std::string_view> args, bool interspersed);
bool help_wanted(const Error& error);

// Go's strconv.ParseBool: 1 t T true TRUE True 0 f F ...
Result<bool> parse_bool(std::string_view text);
// What pflag would say about a value of this kind; nothing when it is fine.
Result<> check_value(FlagKind kind, std::string_view value);
// The "Options:" block, wrapped for `columns` (0: not at all).
std::string flags_help(std::span<const FlagSpec> specs, std::size_t columns);

}  // namespace hexad::client
