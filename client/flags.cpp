// Parsing of flags as pflag does it, and their help. Knows nothing of commands.
#include "client/flags.hpp"

#include <algorithm>
#include <charconv>

#include "api/duration.hpp"
#include "api/units.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::string_view kHelpWanted = "help wanted";

std::string shown_name(const FlagSpec& spec) {
  return spec.shorthand != 0 ? fmt::format("-{}, --{}", spec.shorthand, spec.name)
                             : fmt::format("--{}", spec.name);
}

std::string_view type_word(const FlagSpec& spec) {
  if (!spec.shown_type.empty()) return spec.shown_type;
  switch (spec.kind) {
    case FlagKind::boolean: return "";
    case FlagKind::text: return "string";
    case FlagKind::integer: return "int";
    case FlagKind::unsigned_integer: return "uint";
    case FlagKind::bytes: return "bytes";
    case FlagKind::decimal: return "decimal";
    case FlagKind::duration: return "duration";
    case FlagKind::list: return "list";
    case FlagKind::map: return "map";
    case FlagKind::filter: return "filter";
  }
  return "";
}

Result<> check_integer(std::string_view value, bool is_signed) {
  const bool fine = is_signed ? parse_int(value).has_value() : parse_uint(value).has_value();
  if (fine) return {};
  return fail(Code::invalid_argument, "strconv.Parse{}: parsing \"{}\": invalid syntax",
              is_signed ? "Int" : "Uint", value);
}

Result<> check_decimal(std::string_view value) {
  double number = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (ec == std::errc{} && end == value.data() + value.size() && !value.empty()) return {};
  return fail(Code::invalid_argument, "failed to parse {} as a rational number", value);
}

}  // namespace

bool help_wanted(const Error& error) {
  return error.code == Code::not_acceptable && error.message == kHelpWanted;
}

Result<bool> parse_bool(std::string_view text) {
  for (const auto* yes : {"1", "t", "T", "true", "TRUE", "True"})
    if (text == yes) return true;
  for (const auto* no : {"0", "f", "F", "false", "FALSE", "False"})
    if (text == no) return false;
  return fail(Code::invalid_argument, "strconv.ParseBool: parsing \"{}\": invalid syntax", text);
}

Result<> check_value(FlagKind kind, std::string_view value) {
  switch (kind) {
    case FlagKind::boolean: TRY(parse_bool(value)); return {};
    case FlagKind::integer: return check_integer(value, true);
    case FlagKind::unsigned_integer: return check_integer(value, false);
    case FlagKind::bytes:
      if (value != "-1") TRY(api::parse_size(value));  // -1: unlimited swap
      return {};
    case FlagKind::decimal: return check_decimal(value);
    case FlagKind::duration: TRY(api::parse_duration(value)); return {};
    case FlagKind::filter:
      if (!value.empty() && value.find('=') == std::string_view::npos)
        return fail(Code::invalid_argument, "bad format of filter (expected name=value)");
      return {};
    case FlagKind::text:
    case FlagKind::list:
    case FlagKind::map: return {};
  }
  return {};
}

bool ParsedFlags::has(std::string_view name) const { return last(name) != nullptr; }

const ParsedFlags::Value* ParsedFlags::last(std::string_view name) const {
  for (auto it = values_.rbegin(); it != values_.rend(); ++it)
    if (it->spec->name == name) return &*it;
  return nullptr;
}

std::string ParsedFlags::text(std::string_view name) const {
  if (const Value* value = last(name)) return value->text;
  for (const FlagSpec& spec : specs_)
    if (spec.name == name) return std::string(spec.fallback);
  return {};
}

bool ParsedFlags::on(std::string_view name) const { return parse_bool(text(name)).value_or(false); }

std::int64_t ParsedFlags::number(std::string_view name) const {
  return parse_int(text(name)).value_or(0);
}

std::vector<std::string> ParsedFlags::list(std::string_view name) const {
  std::vector<std::string> found;
  for (const Value& value : values_)
    if (value.spec->name == name) found.push_back(value.text);
  return found;
}

class FlagParser {
 public:
  FlagParser(std::span<const FlagSpec> specs, std::span<const std::string_view> args)
      : specs_(specs), args_(args), parsed_(specs) {}

  Result<ParsedFlags> run(bool interspersed) {
    while (next_ < args_.size()) {
      const std::string_view arg = args_[next_++];
      if (arg == "--") break;
      if (arg.size() > 2 && arg.starts_with("--")) {
        TRY(long_flag(arg.substr(2)));
      } else if (arg.size() > 1 && arg[0] == '-') {
        TRY(short_flags(arg.substr(1)));
      } else {
        parsed_.args.emplace_back(arg);
        if (!interspersed) break;
      }
    }
    while (next_ < args_.size()) parsed_.args.emplace_back(args_[next_++]);
    return std::move(parsed_);
  }

 private:
  Result<> long_flag(std::string_view body) {
    const auto parts = split_once(body, '=');
    const std::string_view name = parts.first;
    const auto value = parts.second;
    if (name.empty() || name[0] == '-')
      return fail(Code::invalid_argument, "bad flag syntax: --{}", body);
    const auto spec =
        std::find_if(specs_.begin(), specs_.end(), [&](const auto& s) { return s.name == name; });
    if (spec == specs_.end()) {
      if (name == "help") return fail(Code::not_acceptable, "{}", kHelpWanted);
      return fail(Code::invalid_argument, "unknown flag: --{}", name);
    }
    if (value) return set(*spec, *value);
    if (spec->kind == FlagKind::boolean) return set(*spec, "true");
    if (next_ == args_.size())
      return fail(Code::invalid_argument, "flag needs an argument: --{}", name);
    return set(*spec, args_[next_++]);
  }

  // One or more letters: -it, -p80, -p=80, -p 80.
  Result<> short_flags(std::string_view letters) {
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const char letter = letters[i];
      const auto spec = std::find_if(specs_.begin(), specs_.end(),
                                     [&](const auto& s) { return s.shorthand == letter; });
      if (spec == specs_.end()) {
        if (letter == 'h') return fail(Code::not_acceptable, "{}", kHelpWanted);
        return fail(Code::invalid_argument, "unknown shorthand flag: '{}' in -{}", letter,
                    letters.substr(i));
      }
      const std::string_view rest = letters.substr(i + 1);
      if (rest.size() > 1 && rest[0] == '=') return set(*spec, rest.substr(1));
      if (spec->kind == FlagKind::boolean) {
        TRY(set(*spec, "true"));
        continue;
      }
      if (!rest.empty()) return set(*spec, rest);
      if (next_ == args_.size())
        return fail(Code::invalid_argument, "flag needs an argument: '{}' in -{}", letter,
                    letters.substr(i));
      return set(*spec, args_[next_++]);
    }
    return {};
  }

  Result<> set(const FlagSpec& spec, std::string_view value) {
    auto fine = check_value(spec.kind, value);
    if (fine && spec.check != nullptr) fine = spec.check(value);
    if (!fine)
      return fail(Code::invalid_argument, "invalid argument \"{}\" for \"{}\" flag: {}", value,
                  shown_name(spec), fine.error().message);
    parsed_.values_.push_back({&spec, std::string(value)});
    return {};
  }

  std::span<const FlagSpec> specs_;
  std::span<const std::string_view> args_;
  std::size_t next_ = 0;
  ParsedFlags parsed_;
};

Result<ParsedFlags> parse_flags(std::span<const FlagSpec> specs,
                                std::span<const std::string_view> args, bool interspersed) {
  return FlagParser(specs, args).run(interspersed);
}

namespace {

// Breaks `text` at spaces so that no line is longer than `width`; explicit newlines stay.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  const std::string pad = "\n" + std::string(indent, ' ');
  bool first_line = true;
  for (const std::string_view line : split(text, '\n')) {
    if (!std::exchange(first_line, false)) out += pad;
    std::size_t used = 0;
    for (const std::string_view word : split(line, ' ')) {
      if (used > 0 && width > 0 && used + 1 + word.size() > width) {
        out += pad;
        used = 0;
      } else if (used > 0) {
        out += ' ';
        ++used;
      }
      out += word;
      used += word.size();
    }
  }
  return out;
}

}  // namespace

std::string flags_help(std::span<const FlagSpec> specs, std::size_t columns) {
  std::vector<std::pair<std::string, std::string>> rows;
  std::size_t widest = 0;
  for (const FlagSpec& spec : specs) {
    if (spec.hidden) continue;
    std::string left = spec.shorthand != 0 ? fmt::format("  -{}, --{}", spec.shorthand, spec.name)
                                           : fmt::format("      --{}", spec.name);
    if (const auto word = type_word(spec); !word.empty()) left += fmt::format(" {}", word);
    widest = std::max(widest, left.size());
    std::string right(spec.help);
    if (!spec.fallback.empty())
      right += spec.kind == FlagKind::text ? fmt::format(" (default \"{}\")", spec.fallback)
                                           : fmt::format(" (default {})", spec.fallback);
    rows.emplace_back(std::move(left), std::move(right));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.first.substr(8) < b.first.substr(8);  // by name, past the shorthand
  });
  const std::size_t indent = widest + 3;
  const std::size_t width = columns > indent + 20 ? columns - indent : 0;
  std::string out;
  for (const auto& [left, right] : rows)
    out += fmt::format("{:<{}}{}\n", left, indent, wrap(right, width, indent));
  return out;
}

}  // namespace hexad::client
