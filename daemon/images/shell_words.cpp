#include "daemon/images/shell_words.hpp"

#include <cctype>
#include <optional>

namespace hexad::images {

namespace {

bool blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool name_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

constexpr int kMaxDepth = 50;

class Expander {
 public:
  Expander(std::string_view text, const std::vector<std::string>& environment)
      : text_(text), environment_(environment) {}

  Result<std::string> run() { return until(0, 0); }

 private:
  // Up to `end` (consumed), or to the end of the text when it is 0.
  Result<std::string> until(char end, int depth) {
    if (depth > kMaxDepth) return broken("too many nested substitutions");
    std::string out;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (end != 0 && c == end) {
        ++at_;
        return out;
      }
      if (c == '\'') {
        out += TRY(single_quoted());
      } else if (c == '"') {
        out += TRY(double_quoted(depth));
      } else if (c == '$') {
        out += TRY(variable(depth));
      } else if (c == '\\') {
        if (++at_ < text_.size()) out += text_[at_++];
      } else {
        out += c;
        ++at_;
      }
    }
    if (end != 0)
      return broken(fmt::format("unexpected end of statement while looking for matching {}", end));
    return out;
  }

  Result<std::string> single_quoted() {
    const auto close = text_.find('\'', at_ + 1);
    if (close == std::string_view::npos)
      return broken("unexpected end of statement while looking for matching single-quote");
    std::string out(text_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    return out;
  }

  Result<std::string> double_quoted(int depth) {
    std::string out;
    for (++at_; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c == '$') {
        out += TRY(variable(depth));
        continue;
      }
      ++at_;
      if (c == '\\' && at_ < text_.size()) {
        const char next = text_[at_++];
        if (next != '"' && next != '$' && next != '\\') out += c;
        out += next;
      } else {
        out += c;
      }
    }
    return broken("unexpected end of statement while looking for matching double-quote");
  }

  Result<std::string> variable(int depth) {
    ++at_;
    if (at_ >= text_.size()) return std::string("$");
    if (text_[at_] != '{') {
      const auto name = take_name();
      return name.empty() ? std::string("$") : value_of(name).value_or("");
    }
    ++at_;
    if (at_ >= text_.size()) return broken("syntax error: missing '}'");
    const auto name = take_name();
    if (name.empty()) return broken("bad substitution");
    const auto value = value_of(name);
    if (at_ >= text_.size()) return broken("syntax error: missing '}'");
    if (text_[at_] == '}') {
      ++at_;
      return value.value_or("");
    }
    if (text_[at_] != ':' || at_ + 1 >= text_.size()) return broken("bad substitution");
    const char modifier = text_[at_ + 1];
    at_ += 2;
    const auto word = TRY(until('}', depth + 1));
    const bool set = value && !value->empty();
    switch (modifier) {
      case '-': return set ? *value : word;
      case '+': return set ? word : std::string();
      case '?':
        if (!set)
          return broken(fmt::format("{}: {}", name, word.empty() ? "parameter not set" : word));
        return *value;
      default: return broken(fmt::format("unsupported modifier ({}) in substitution", modifier));
    }
  }

  std::string take_name() {
    const auto start = at_;
    if (at_ < text_.size() && name_start(text_[at_])) {
      while (at_ < text_.size() && name_part(text_[at_])) ++at_;
    } else if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
      while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  std::optional<std::string> value_of(std::string_view name) const {
    for (const auto& entry : environment_) {
      if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name))
        return entry.substr(name.size() + 1);
    }
    return std::nullopt;
  }

  tl::unexpected<Error> broken(std::string_view what) const {
    return fail(Code::invalid_argument, "failed to process \"{}\": {}", text_, what);
  }

  std::string_view text_;
  const std::vector<std::string>& environment_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && blank(c)) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
      continue;
    }
    word += c;
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

Result<std::string> expand_word(std::string_view word,
                                const std::vector<std::string>& environment) {
  return Expander(word, environment).run();
}

}  // namespace hexad::images
