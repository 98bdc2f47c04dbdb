#include "daemon/images/changes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "api/duration.hpp"
#include "api/json/value.hpp"
#include "api/signals.hpp"
#include "daemon/images/shell_words.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {

struct Line {
  std::string name;  // in lower case
  std::vector<std::string> flags;
  std::string rest;
};

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

// Lines joined at a backslash; comments and empty lines left out.
std::vector<std::string> logical_lines(const std::vector<std::string>& changes) {
  std::vector<std::string> lines;
  std::string open;
  bool continued = false;
  for (const auto& change : changes) {
    for (const auto piece : split(change, '\n')) {
      const auto bare = trim(piece);
      if (bare.empty() || bare.starts_with('#')) continue;
      auto end = piece.find_last_not_of(" \t\r");
      const bool goes_on = end != std::string_view::npos && piece[end] == '\\';
      open += continued ? piece.substr(0, goes_on ? end : piece.size())
                        : std::string_view(trim(piece))
                              .substr(0, goes_on ? trim(piece).size() - 1 : std::string_view::npos);
      continued = goes_on;
      if (!goes_on) lines.push_back(std::move(open)), open.clear();
    }
  }
  if (!trim(open).empty()) lines.push_back(std::move(open));
  return lines;
}

Line parse_line(std::string_view text) {
  text = trim(text);
  const auto blank = text.find_first_of(" \t");
  Line line{to_lower(text.substr(0, blank)), {}, ""};
  auto rest = blank == std::string_view::npos ? std::string_view() : trim(text.substr(blank));
  while (rest.starts_with("--")) {
    const auto end = std::min(rest.find_first_of(" \t"), rest.size());
    if (end == 2) {
      rest = trim(rest.substr(2));
      break;
    }
    line.flags.emplace_back(rest.substr(2, end - 2));
    rest = trim(rest.substr(end));
  }
  line.rest = rest;
  return line;
}

// A JSON array of strings; nothing when it is no JSON, an error when it holds something else.
Result<std::optional<std::vector<std::string>>> json_words(std::string_view text) {
  if (!text.starts_with('[')) return std::nullopt;
  const auto value = api::json::parse(text);
  if (!value || value->array() == nullptr) return std::nullopt;
  std::vector<std::string> words;
  for (const auto& item : *value->array()) {
    if (item.string() == nullptr)
      return fail(Code::invalid_argument,
                  "when using JSON array syntax, arrays must be comprised of strings only");
    words.push_back(*item.string());
  }
  return words;
}

Result<std::vector<std::string>> command(std::string_view rest) {
  if (auto words = TRY(json_words(rest))) return std::move(*words);
  std::vector<std::string> shell{"/bin/sh", "-c"};
  if (!rest.empty()) shell.emplace_back(rest);
  return shell;
}

class Changer {
 public:
  explicit Changer(api::ImageConfig& config) : config_(config), name_() {}

  Result<> apply(const Line& line) {
    name_ = upper(line.name);
    if (line.name != "healthcheck" && !line.flags.empty()) return unknown_flag(line.flags.front());
    using Step = Result<> (Changer::*)(const Line&);
    static constexpr std::array<std::pair<std::string_view, Step>, 11> kSteps{{
        {"cmd", &Changer::cmd},
        {"entrypoint", &Changer::entrypoint},
        {"env", &Changer::env},
        {"expose", &Changer::expose},
        {"healthcheck", &Changer::healthcheck},
        {"label", &Changer::label},
        {"onbuild", &Changer::onbuild},
        {"stopsignal", &Changer::stopsignal},
        {"user", &Changer::user},
        {"volume", &Changer::volume},
        {"workdir", &Changer::workdir},
    }};
    for (const auto& [name, step] : kSteps) {
      if (name == line.name) return (this->*step)(line);
    }
    return fail(Code::invalid_argument, "{} is not a valid change command", line.name);
  }

  static bool known(std::string_view name) {
    static constexpr std::array<std::string_view, 11> kNames{
        "cmd",     "entrypoint", "env",  "expose", "healthcheck", "label",
        "onbuild", "stopsignal", "user", "volume", "workdir"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
  }

 private:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  tl::unexpected<Error> need(std::string_view how_many) const {
    return fail(Code::invalid_argument, "{} requires {}", name_, how_many);
  }
  static tl::unexpected<Error> unknown_flag(std::string_view flag) {
    return fail(Code::invalid_argument, "Unknown flag: {}", flag.substr(0, flag.find('=')));
  }
  [[nodiscard]] Result<std::string> expand(std::string_view word) const {
    return expand_word(word, config_.env);
  }

  // "a=b c=d", or the old "a the rest".
  Result<Pairs> pairs(std::string_view rest) {
    const auto words = split_words(rest);
    if (words.empty()) return need("at least one argument");
    std::vector<std::pair<std::string, std::string>> raw;
    if (words.front().find('=') == std::string::npos) {
      const auto blank = rest.find_first_of(" \t");
      if (blank == std::string_view::npos)
        return fail(Code::invalid_argument, "{} must have two arguments", name_);
      raw.emplace_back(rest.substr(0, blank), trim(rest.substr(blank)));
    } else {
      for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos)
          return fail(Code::invalid_argument,
                      "Syntax error - can't find = in \"{}\". Must be of the form: name=value",
                      word);
        raw.emplace_back(word.substr(0, equals), word.substr(equals + 1));
      }
    }
    Pairs done;
    for (const auto& [key, value] : raw) {
      auto name = TRY(expand(key));
      if (name.empty()) return fail(Code::invalid_argument, "{} names can not be blank", name_);
      done.emplace_back(std::move(name), TRY(expand(value)));
    }
    return done;
  }

  Result<> cmd(const Line& line) {
    auto words = TRY(command(line.rest));
    config_.cmd.reset();
    if (!words.empty()) config_.cmd = std::move(words);
    return {};
  }

  Result<> entrypoint(const Line& line) {
    auto words = TRY(command(line.rest));
    config_.entrypoint.reset();
    if (!words.empty()) config_.entrypoint = std::move(words);
    return {};
  }

  Result<> env(const Line& line) {
    for (const auto& [name, value] : TRY(pairs(line.rest))) {
      const auto prefix = name + "=";
      const auto same = std::find_if(config_.env.begin(), config_.env.end(),
                                     [&](const std::string& e) { return e.starts_with(prefix); });
      if (same != config_.env.end()) {
        *same = prefix + value;
      } else {
        config_.env.push_back(prefix + value);
      }
    }
    config_.env.present = true;
    return {};
  }

  Result<> label(const Line& line) {
    for (auto& [name, value] : TRY(pairs(line.rest))) config_.labels.insert_or_assign(name, value);
    config_.labels.present = true;
    return {};
  }

  Result<> expose(const Line& line) {
    const auto words = split_words(line.rest);
    if (words.empty()) return need("at least one argument");
    for (const auto& word : words) {
      const auto spec = TRY(expand(word));
      const auto [numbers, proto_text] = split_once(spec, '/');
      const auto proto = to_lower(proto_text.value_or("tcp"));
      if (proto != "tcp" && proto != "udp" && proto != "sctp")
        return fail(Code::invalid_argument, "Invalid proto: {}", proto);
      const auto [from, to] = split_once(numbers, '-');
      const auto first = parse_uint(from), last = parse_uint(to.value_or(from));
      if (!first || !last || *first > 65535 || *last > 65535 || *last < *first)
        return fail(Code::invalid_argument, "Invalid containerPort: {}", numbers);
      for (auto port = *first; port <= *last; ++port)
        config_.exposed_ports.insert(fmt::format("{}/{}", port, proto));
    }
    config_.exposed_ports.present = true;
    return {};
  }

  Result<> volume(const Line& line) {
    auto words = TRY(json_words(line.rest));
    if (!words) words = split_words(line.rest);
    if (words->empty()) return need("at least one argument");
    for (const auto& word : *words) {
      const auto path = std::string(trim(TRY(expand(word))));
      if (path.empty())
        return fail(Code::invalid_argument, "VOLUME specified can not be an empty string");
      config_.volumes.insert(path);
    }
    config_.volumes.present = true;
    return {};
  }

  Result<> user(const Line& line) {
    if (line.rest.empty()) return need("exactly one argument");
    config_.user = TRY(expand(line.rest));
    return {};
  }

  Result<> workdir(const Line& line) {
    if (line.rest.empty()) return need("exactly one argument");
    const auto given = TRY(expand(line.rest));
    if (given.empty()) return fail(Code::invalid_argument, "cannot normalize nothing");
    // From the one before, and never above the root.
    std::string whole = given.starts_with('/') ? given : config_.working_dir + "/" + given;
    std::vector<std::string_view> parts;
    for (const auto part : split(whole, '/')) {
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        parts.push_back(part);
      } else if (!parts.empty()) {
        parts.pop_back();
      }
    }
    std::string clean;
    for (const auto part : parts) clean.append("/").append(part);
    config_.working_dir = clean.empty() ? "/" : clean;
    return {};
  }

  Result<> onbuild(const Line& line) {
    if (line.rest.empty()) return need("at least one argument");
    const auto trigger = upper(line.rest.substr(0, line.rest.find_first_of(" \t")));
    if (trigger == "ONBUILD")
      return fail(Code::invalid_argument, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    if (trigger == "MAINTAINER" || trigger == "FROM")
      return fail(Code::invalid_argument, "{} isn't allowed as an ONBUILD trigger", trigger);
    config_.on_build.push_back(line.rest);
    config_.on_build.present = true;
    return {};
  }

  Result<> stopsignal(const Line& line) {
    if (line.rest.empty()) return need("exactly one argument");
    const auto signal = TRY(expand(line.rest));
    TRY(api::parse_signal(signal));
    config_.stop_signal = signal;
    return {};
  }

  static Result<std::int64_t> health_time(std::string_view name, std::string_view text) {
    const auto ns = TRY(api::parse_duration(text));
    if (ns != 0 && ns < 1'000'000)
      return fail(Code::invalid_argument, "Interval \"{}\" cannot be less than 1ms", name);
    return ns;
  }

  static Result<> health_flag(const std::string& flag, api::Healthcheck& check) {
    const auto [name, given] = split_once(flag, '=');
    const auto value = given.value_or("");
    if (name == "interval") {
      check.interval = TRY(health_time(name, value));
    } else if (name == "timeout") {
      check.timeout = TRY(health_time(name, value));
    } else if (name == "start-period") {
      check.start_period = TRY(health_time(name, value));
    } else if (name == "start-interval") {
      check.start_interval = TRY(health_time(name, value));
    } else if (name == "retries") {
      const auto number = parse_int(value);
      if (!number || *number > 1'000'000)
        return fail(Code::invalid_argument, "strconv.ParseInt: parsing \"{}\": invalid syntax",
                    value);
      if (*number < 1)
        return fail(Code::invalid_argument, "--retries must be at least 1 (not {})", *number);
      check.retries = static_cast<int>(*number);
    } else {
      return unknown_flag(flag);
    }
    return {};
  }

  Result<> healthcheck(const Line& line) {
    if (line.rest.empty()) return need("at least one argument");
    const auto blank = line.rest.find_first_of(" \t");
    const auto type = upper(line.rest.substr(0, blank));
    const std::string rest(blank == std::string::npos
                               ? std::string_view()
                               : trim(std::string_view(line.rest).substr(blank)));
    api::Healthcheck check;
    check.test.present = true;
    if (type == "NONE") {
      if (!rest.empty()) return fail(Code::invalid_argument, "HEALTHCHECK NONE takes no arguments");
      check.test.push_back("NONE");
    } else if (type == "CMD") {
      for (const auto& flag : line.flags) TRY(health_flag(flag, check));
      if (rest.empty())
        return fail(Code::invalid_argument, "Missing command after HEALTHCHECK CMD");
      if (auto words = TRY(json_words(rest))) {
        if (words->empty())
          return fail(Code::invalid_argument, "Missing command after HEALTHCHECK CMD");
        check.test.push_back("CMD");
        check.test.insert(check.test.end(), words->begin(), words->end());
      } else {
        check.test.push_back("CMD-SHELL");
        check.test.push_back(rest);
      }
    } else {
      return fail(Code::invalid_argument, "Unknown type \"{}\" in HEALTHCHECK (try CMD)", type);
    }
    config_.healthcheck = std::move(check);
    return {};
  }

  api::ImageConfig& config_;
  std::string name_;
};

}  // namespace

Result<> apply_changes(const std::vector<std::string>& changes, api::ImageConfig& config) {
  if (changes.empty()) return {};
  std::vector<Line> lines;
  for (const auto& text : logical_lines(changes)) lines.push_back(parse_line(text));
  if (lines.empty()) return fail(Code::invalid_argument, "file with no instructions");
  for (const auto& line : lines) {
    if (!Changer::known(line.name))
      return fail(Code::invalid_argument, "{} is not a valid change command", line.name);
  }
  Changer changer(config);
  for (const auto& line : lines) TRY(changer.apply(line));
  return {};
}

}  // namespace hexad::images
