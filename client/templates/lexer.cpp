// Cuts a template into tokens, with Go's trim markers ("{{- " and " -}}") and comments.
#include "client/templates/lexer.hpp"

#include <algorithm>
#include <charconv>

namespace hexad::client::templates {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

bool is_space(char c) { return kSpaces.find(c) != std::string_view::npos; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0 | c >> 6U);
    byte(0x80 | (c & 0x3fU));
  } else if (c < 0x10000) {
    byte(0xe0 | c >> 12U);
    byte(0x80 | (c >> 6U & 0x3fU));
    byte(0x80 | (c & 0x3fU));
  } else {
    byte(0xf0 | c >> 18U);
    byte(0x80 | (c >> 12U & 0x3fU));
    byte(0x80 | (c >> 6U & 0x3fU));
    byte(0x80 | (c & 0x3fU));
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<std::vector<Token>> run() {
    bool trim_next = false;
    while (at_ < source_.size()) {
      const auto open = std::min(source_.find("{{", at_), source_.size());
      std::string_view text = source_.substr(at_, open - at_);
      if (trim_next) trim_left(text);
      const bool trims = marker_follows(open + 2);
      if (trims) trim_right(text);
      if (!text.empty()) push(Token::Kind::text, std::string(text), at_);
      at_ = open;
      if (open == source_.size()) break;
      TRY(action(trims, trim_next));
    }
    push(Token::Kind::end, {}, source_.size());
    return std::move(tokens_);
  }

 private:
  static void trim_left(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  }
  static void trim_right(std::string_view& text) {
    const auto last = text.find_last_not_of(kSpaces);
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  }
  // "- " after the opening braces.
  [[nodiscard]] bool marker_follows(std::size_t at) const {
    return at + 1 < source_.size() && source_[at] == '-' && is_space(source_[at + 1]);
  }
  // "}}" or " -}}" at `at`.
  [[nodiscard]] bool closes(std::size_t at, bool& trims) const {
    trims = source_.substr(at, 3) == "-}}" && at > 0 && is_space(source_[at - 1]);
    return trims || source_.substr(at, 2) == "}}";
  }
  void push(Token::Kind kind, std::string text, std::size_t position) {
    tokens_.push_back({kind, std::move(text), position});
  }

  Result<> action(bool trims, bool& trim_next) {
    const std::size_t start = at_;
    at_ += trims ? 3 : 2;
    std::size_t inner = at_;
    while (inner < source_.size() && is_space(source_[inner]) && trims) ++inner;
    if (source_.substr(inner, 2) == "/*") return comment(inner, trim_next);
    push(Token::Kind::open, "{{", start);
    int depth = 0;
    while (true) {
      if (at_ >= source_.size()) return syntax_error(source_, start, "unclosed action");
      if (closes(at_, trim_next)) {
        if (depth > 0) return syntax_error(source_, at_, "unclosed left paren");
        push(Token::Kind::close, "}}", at_);
        at_ += trim_next ? 3 : 2;
        return {};
      }
      TRY(token(depth));
    }
  }

  Result<> comment(std::size_t inner, bool& trim_next) {
    const auto end = source_.find("*/", inner);
    if (end == std::string_view::npos) return syntax_error(source_, inner, "unclosed comment");
    std::size_t close = end + 2;
    while (close < source_.size() && is_space(source_[close])) ++close;
    if (!closes(close, trim_next))
      return syntax_error(source_, inner, "comment ends before closing delimiter");
    at_ = close + (trim_next ? 3 : 2);
    return {};
  }

  Result<> token(int& depth) {
    const char c = source_[at_];
    const std::size_t start = at_;
    if (is_space(c)) {
      while (at_ < source_.size() && is_space(source_[at_])) ++at_;
      if (at_ > start && source_.substr(at_, 3) == "-}}") return {};  // part of the marker
      push(Token::Kind::space, " ", start);
      return {};
    }
    if (c == '"' || c == '`' || c == '\'') return quoted(c);
    if (c == '.' && at_ + 1 < source_.size() && is_letter(source_[at_ + 1])) {
      ++at_;
      push(Token::Kind::field, word(), start);
      return {};
    }
    if (is_digit(c) || ((c == '-' || c == '+' || c == '.') && at_ + 1 < source_.size() &&
                        is_digit(source_[at_ + 1])))
      return number();
    if (c == '$') {
      ++at_;
      push(Token::Kind::variable, "$" + word(), start);
      return {};
    }
    if (is_letter(c)) {
      push(Token::Kind::identifier, word(), start);
      return {};
    }
    return punctuation(depth);
  }

  Result<> punctuation(int& depth) {
    const char c = source_[at_];
    const std::size_t start = at_++;
    switch (c) {
      case '.': push(Token::Kind::dot, ".", start); return {};
      case '|': push(Token::Kind::pipe, "|", start); return {};
      case ',': push(Token::Kind::comma, ",", start); return {};
      case '=': push(Token::Kind::assign, "=", start); return {};
      case '(':
        ++depth;
        push(Token::Kind::left, "(", start);
        return {};
      case ')':
        if (--depth < 0) return syntax_error(source_, start, "unexpected right paren");
        push(Token::Kind::right, ")", start);
        return {};
      case ':':
        if (at_ < source_.size() && source_[at_] == '=') {
          ++at_;
          push(Token::Kind::declare, ":=", start);
          return {};
        }
        return syntax_error(source_, start, "expected :=");
      default:
        return syntax_error(source_, start,
                            fmt::format("unexpected bad character U+{:04X} in command",
                                        static_cast<unsigned>(static_cast<unsigned char>(c))));
    }
  }

  std::string word() {
    const std::size_t start = at_;
    while (at_ < source_.size() && (is_letter(source_[at_]) || is_digit(source_[at_]))) ++at_;
    return std::string(source_.substr(start, at_ - start));
  }

  Result<> number() {
    const std::size_t start = at_++;
    while (at_ < source_.size() &&
           (is_digit(source_[at_]) || is_letter(source_[at_]) || source_[at_] == '.'))
      ++at_;
    push(Token::Kind::number, std::string(source_.substr(start, at_ - start)), start);
    return {};
  }

  Result<> quoted(char quote) {
    const std::size_t start = at_++;
    while (at_ < source_.size() && source_[at_] != quote) {
      if (source_[at_] == '\n' && quote != '`')
        return syntax_error(source_, start, "unterminated quoted string");
      at_ += source_[at_] == '\\' && quote != '`' ? 2 : 1;
    }
    if (at_ >= source_.size())
      return syntax_error(
          source_, start,
          quote == '`' ? "unterminated raw quoted string" : "unterminated quoted string");
    const std::string_view body = source_.substr(start + 1, at_ - start - 1);
    ++at_;
    std::string text(body);
    if (quote != '`' && !decode_escapes(body, text))
      return syntax_error(source_, start, "invalid syntax");
    if (quote == '\'') {
      if (text.size() != 1) return syntax_error(source_, start, "malformed character constant");
      push(Token::Kind::number, std::to_string(static_cast<unsigned char>(text[0])), start);
    } else {
      push(Token::Kind::string, std::move(text), start);
    }
    return {};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

// \x41, \u00e9, \U0001F600: `digits` hexadecimal digits.
bool hex_escape(std::string_view body, std::size_t& at, std::size_t digits, std::string& out) {
  if (at + digits >= body.size()) return false;
  std::uint32_t value = 0;
  const char* first = body.data() + at + 1;
  const auto [end, ec] = std::from_chars(first, first + digits, value, 16);
  if (ec != std::errc{} || end != first + digits || value > 0x10ffff) return false;
  at += digits;
  if (digits == 2) {
    out += static_cast<char>(value);
  } else {
    append_utf8(out, value);
  }
  return true;
}

}  // namespace

bool decode_escapes(std::string_view body, std::string& out) {
  constexpr std::string_view kNames = "abfnrtv\\\"'";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\\"'";
  out.clear();
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out += body[i];
      continue;
    }
    if (++i == body.size()) return false;
    if (const auto named = kNames.find(body[i]); named != std::string_view::npos) {
      out += kValues[named];
    } else if (body[i] == 'x') {
      if (!hex_escape(body, i, 2, out)) return false;
    } else if (body[i] == 'u') {
      if (!hex_escape(body, i, 4, out)) return false;
    } else if (body[i] == 'U') {
      if (!hex_escape(body, i, 8, out)) return false;
    } else {
      return false;
    }
  }
  return true;
}

tl::unexpected<Error> syntax_error(std::string_view source, std::size_t position,
                                   std::string_view what) {
  const auto lines =
      std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(position), '\n');
  return fail(Code::invalid_argument, "template: :{}: {}", lines + 1, what);
}

Result<std::vector<Token>> lex(std::string_view source) { return Lexer(source).run(); }

}  // namespace hexad::client::templates
