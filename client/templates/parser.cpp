// Tokens to nodes. The grammar is text/template's without define, template and block.
#include <algorithm>
#include <array>
#include <charconv>

#include "client/templates/functions.hpp"
#include "client/templates/lexer.hpp"
#include "client/templates/template.hpp"

namespace hexad::client::templates {
namespace {

constexpr std::size_t kMaxDepth = 100;

class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens)
      : source_(source), tokens_(std::move(tokens)) {}

  Result<Nodes> run() {
    Nodes nodes;
    std::string stop;
    TRY(list(nodes, stop));
    if (!stop.empty()) return error(fmt::format("unexpected {{{{{}}}}}", stop));
    return nodes;
  }

 private:
  [[nodiscard]] const Token& peek() const { return tokens_[at_]; }
  Token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  void skip_space() {
    while (peek().kind == Token::Kind::space) ++at_;
  }
  [[nodiscard]] tl::unexpected<Error> error(std::string_view what) const {
    return syntax_error(source_, peek().position, what);
  }

  // Nodes until {{end}} or {{else}}, whose word goes to `stop` (empty at the end of the text).
  Result<> list(Nodes& nodes, std::string& stop) {
    if (++depth_ > kMaxDepth) return error("nested too deeply");
    while (true) {
      Token token = take();
      if (token.kind == Token::Kind::end) break;
      if (token.kind == Token::Kind::text) {
        Node node;
        node.text = std::move(token.text);
        nodes.push_back(std::move(node));
        continue;
      }
      skip_space();
      const std::string word = peek().kind == Token::Kind::identifier ? peek().text : "";
      if (word == "end" || word == "else") {
        take();
        skip_space();
        stop = word;
        if (word == "end" && take().kind != Token::Kind::close)
          return error("unexpected token in end");
        break;
      }
      TRY(action(nodes, word));
    }
    --depth_;
    return {};
  }

  Result<> action(Nodes& nodes, const std::string& word) {
    Node node;
    if (word == "if" || word == "with" || word == "range") {
      take();
      node.kind = word == "if"     ? Node::Kind::if_
                  : word == "with" ? Node::Kind::with
                                   : Node::Kind::range;
      TRY(control(node, word));
    } else if (word == "break" || word == "continue") {
      if (loops_ == 0) return error(fmt::format("{{{{{}}}}} outside {{{{range}}}}", word));
      take();
      skip_space();
      if (take().kind != Token::Kind::close) return error("unexpected token in " + word);
      node.kind = word == "break" ? Node::Kind::break_ : Node::Kind::continue_;
    } else if (word == "define" || word == "template" || word == "block") {
      return error(word + " is not supported");
    } else {
      node.kind = Node::Kind::action;
      TRY(pipeline(node.pipeline, Token::Kind::close, "command"));
    }
    nodes.push_back(std::move(node));
    return {};
  }

  Result<> control(Node& node, const std::string& word) {
    const std::size_t scope = variables_.size();
    TRY(pipeline(node.pipeline, Token::Kind::close, word));
    std::string stop;
    if (word == "range") ++loops_;
    TRY(list(node.then, stop));
    if (word == "range") --loops_;
    if (stop == "else") {
      const bool chained =
          peek().kind == Token::Kind::identifier && peek().text == word && word != "range";
      if (chained) {  // {{else if x}} is {{else}}{{if x}} with one end for both
        if (++depth_ > kMaxDepth) return error("nested too deeply");
        TRY(action(node.otherwise, word));
        --depth_;
        stop = "end";
      } else {
        if (take().kind != Token::Kind::close) return error("unexpected token in else");
        TRY(list(node.otherwise, stop));
      }
    }
    variables_.resize(scope);
    if (stop.empty()) return error("unexpected EOF");
    if (stop != "end") return error("expected end; found {{else}}");
    return {};
  }

  // Up to `close`, which is taken.
  Result<> pipeline(Pipeline& pipe, Token::Kind close, const std::string& context) {
    TRY(declaration(pipe, context));
    while (true) {
      Command command;
      TRY(this->command(command, close));
      if (command.operands.empty())
        return error(pipe.commands.empty() ? "missing value for " + context
                                           : "missing value for command");
      if (!pipe.commands.empty() && command.operands[0].kind == Operand::Kind::literal)
        return error(
            fmt::format("non executable command in pipeline stage {}", pipe.commands.size() + 1));
      pipe.commands.push_back(std::move(command));
      if (take().kind == close) return {};
    }
  }

  // $x := ..., $i, $x := ..., $x = ...
  Result<> declaration(Pipeline& pipe, const std::string& context) {
    skip_space();
    const std::size_t start = at_;
    std::vector<std::string> names;
    while (peek().kind == Token::Kind::variable && names.size() < 2) {
      names.push_back(take().text);
      skip_space();
      if (peek().kind == Token::Kind::declare || peek().kind == Token::Kind::assign) {
        pipe.assigns = take().kind == Token::Kind::assign;
        for (const auto& name : names) {
          if (pipe.assigns && !declared(name)) return error("undefined variable \"" + name + "\"");
          if (!pipe.assigns) variables_.push_back(name);
        }
        pipe.variables = std::move(names);
        return {};
      }
      if (peek().kind != Token::Kind::comma || context != "range") break;
      take();
      skip_space();
    }
    at_ = start;
    return {};
  }

  [[nodiscard]] bool declared(std::string_view name) const {
    return name == "$" || std::find(variables_.begin(), variables_.end(), name) != variables_.end();
  }

  // Operands up to a pipe or `close`, which stay.
  Result<> command(Command& command, Token::Kind close) {
    while (true) {
      skip_space();
      if (peek().kind == close || peek().kind == Token::Kind::pipe) return {};
      if (peek().kind == Token::Kind::end) return error("unclosed action");
      Operand operand;
      TRY(this->operand(operand));
      TRY(chain(operand));
      command.operands.push_back(std::move(operand));
      const Token::Kind next = peek().kind;
      if (next != close && next != Token::Kind::pipe && next != Token::Kind::space)
        return error(fmt::format("unexpected \"{}\" in operand", peek().text));
    }
  }

  Result<> operand(Operand& operand) {
    Token token = take();
    operand.position = token.position;
    operand.source = token.text;
    switch (token.kind) {
      case Token::Kind::dot: operand.kind = Operand::Kind::dot; return {};
      case Token::Kind::field:
        operand.kind = Operand::Kind::field;
        operand.source = "." + token.text;
        operand.fields.push_back(std::move(token.text));
        return {};
      case Token::Kind::variable:
        if (!declared(token.text)) return error("undefined variable \"" + token.text + "\"");
        operand.kind = Operand::Kind::variable;
        operand.name = std::move(token.text);
        return {};
      case Token::Kind::string:
        operand.kind = Operand::Kind::literal;
        operand.literal = Json::string(token.text);
        operand.source = operand.literal.dump();
        return {};
      case Token::Kind::number: return number(operand, token.text);
      case Token::Kind::identifier: return identifier(operand, std::move(token.text));
      case Token::Kind::left:
        if (++depth_ > kMaxDepth) return error("nested too deeply");
        operand.kind = Operand::Kind::pipeline;
        operand.pipeline = std::make_unique<Pipeline>();
        TRY(pipeline(*operand.pipeline, Token::Kind::right, "parenthesized pipeline"));
        --depth_;
        return {};
      default: --at_; return error(fmt::format("unexpected \"{}\" in command", token.text));
    }
  }

  Result<> identifier(Operand& operand, std::string word) {
    operand.kind = Operand::Kind::literal;
    if (word == "true" || word == "false") {
      operand.literal = Json::boolean(word == "true");
    } else if (word != "nil") {
      if (!is_function(word)) return error(fmt::format("function \"{}\" not defined", word));
      operand.kind = Operand::Kind::function;
      operand.name = std::move(word);
    }
    return {};
  }

  Result<> number(Operand& operand, const std::string& digits) {
    operand.kind = Operand::Kind::literal;
    std::int64_t integer = 0;
    double real = 0;
    const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
    const char* first = digits.data() + (hex ? 2 : digits[0] == '+' ? 1 : 0);
    const char* last = digits.data() + digits.size();
    if (const auto r = std::from_chars(first, last, integer, hex ? 16 : 10);
        r.ec == std::errc{} && r.ptr == last) {
      operand.literal = Json::number(integer);
    } else if (const auto f = std::from_chars(first, last, real);
               f.ec == std::errc{} && f.ptr == last && !hex) {
      operand.literal = Json::number_text(fmt::format("{}", real));
    } else {
      return error(fmt::format("bad number syntax: \"{}\"", digits));
    }
    return {};
  }

  Result<> chain(Operand& operand) {
    bool first = true;
    while (peek().kind == Token::Kind::field) {
      if (operand.kind == Operand::Kind::literal)
        return error(fmt::format("unexpected . after term \"{}\"", operand.source));
      // Go reports a chain at its second link.
      if (std::exchange(first, false) && operand.kind == Operand::Kind::field)
        operand.position = peek().position;
      const Token token = take();
      operand.source += "." + token.text;
      operand.fields.push_back(token.text);
    }
    return {};
  }

  std::string_view source_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0, loops_ = 0;
  std::vector<std::string> variables_;
};

}  // namespace

Result<Template> Template::parse(std::string_view source) {
  std::vector<Token> tokens = TRY(lex(source));
  Template parsed;
  parsed.source_ = source;
  parsed.nodes_ = TRY(Parser(source, std::move(tokens)).run());
  return parsed;
}

}  // namespace hexad::client::templates
