// Runs a parsed template. Messages are Go's: people search for them.
#include <algorithm>
#include <array>

#include "client/templates/functions.hpp"
#include "client/templates/template.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client::templates {
namespace {

enum class Flow : std::uint8_t { on, break_, continue_ };

constexpr std::size_t kMaxOutput = 64U << 20;
// Ranges within ranges multiply; no real template comes near.
constexpr std::size_t kMaxSteps = 2'000'000;

class Executor {
 public:
  Executor(const Data& data, std::string_view source, std::string& out)
      : data_(data), source_(source), out_(out) {
    variables_.emplace_back("$", data.root);
  }

  Result<Flow> nodes(const Nodes& list, const Value& dot) {
    for (const Node& node : list) {
      const Flow flow = TRY(this->node(node, dot));
      if (flow != Flow::on) return flow;
    }
    return Flow::on;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> error(const Operand& where, std::string_view what) const {
    const auto line_start = source_.rfind('\n', where.position);
    const auto column =
        line_start == std::string_view::npos ? where.position : where.position - line_start - 1;
    const auto line =
        1 + std::count(source_.begin(),
                       source_.begin() + static_cast<std::ptrdiff_t>(where.position), '\n');
    return fail(Code::invalid_argument, "template: :{}:{}: executing \"\" at <{}>: {}", line,
                column, where.source, what);
  }

  Result<Flow> node(const Node& node, const Value& dot) {
    if (out_.size() > kMaxOutput) return fail(Code::invalid_argument, "the output is too large");
    if (++steps_ > kMaxSteps) return fail(Code::invalid_argument, "the template runs too long");
    switch (node.kind) {
      case Node::Kind::text: out_ += node.text; return Flow::on;
      case Node::Kind::break_: return Flow::break_;
      case Node::Kind::continue_: return Flow::continue_;
      case Node::Kind::range: return range(node, dot);
      case Node::Kind::action: {
        const Value value = TRY(pipeline(node.pipeline, dot));
        if (node.pipeline.variables.empty()) out_ += print_value(value);
        return Flow::on;
      }
      case Node::Kind::if_:
      case Node::Kind::with: {
        const std::size_t scope = variables_.size();
        const Value value = TRY(pipeline(node.pipeline, dot));
        const bool with = node.kind == Node::Kind::with;
        const Flow flow = is_true(value) ? TRY(nodes(node.then, with ? value : dot))
                                         : TRY(nodes(node.otherwise, dot));
        variables_.resize(scope);
        return flow;
      }
    }
    return Flow::on;
  }

  Result<Flow> range(const Node& node, const Value& dot) {
    const std::size_t scope = variables_.size();
    const Value value = TRY(pipeline(node.pipeline, dot));
    std::vector<std::pair<Value, Value>> items = TRY(range_items(node, value));
    Flow result = Flow::on;
    for (const auto& [key, item] : items) {
      variables_.resize(scope);
      bind_range(node.pipeline, key, item);
      const Flow flow = TRY(nodes(node.then, item));
      if (flow == Flow::break_) break;
    }
    if (items.empty()) result = TRY(nodes(node.otherwise, dot));
    variables_.resize(scope);
    return result;
  }

  Result<std::vector<std::pair<Value, Value>>> range_items(const Node& node, const Value& value) {
    std::vector<std::pair<Value, Value>> items;
    if (!value.valid() || value.json->is_null()) return items;
    const Json& json = *value.json;
    if (json.is_array()) {
      for (std::size_t i = 0; i < json.items().size(); ++i)
        items.emplace_back(Value::of(Json::number(static_cast<std::int64_t>(i))),
                           Value{{value.json, &json.items()[i]}, {}});
    } else if (json.is_object()) {
      for (const auto& [key, member] : json.members())
        items.emplace_back(Value::of(Json::string(key)), Value{{value.json, &member}, key});
      // Go walks maps in the order of their keys.
      std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
        return a.first.json->text() < b.first.json->text();
      });
    } else {
      return error(node.pipeline.commands.front().operands.front(),
                   fmt::format("range can't iterate over {}", print_value(value)));
    }
    return items;
  }

  void bind_range(const Pipeline& pipe, const Value& key, const Value& item) {
    const auto& names = pipe.variables;
    if (names.empty()) return;
    const auto bind = [&](const std::string& name, const Value& value) {
      if (pipe.assigns) {
        assign(name, value);
      } else {
        variables_.emplace_back(name, value);
      }
    };
    if (names.size() == 2) bind(names[0], key);
    bind(names.back(), item);
  }

  void assign(std::string_view name, const Value& value) {
    for (auto it = variables_.rbegin(); it != variables_.rend(); ++it) {
      if (it->first == name) {
        it->second = value;
        return;
      }
    }
  }

  Result<Value> pipeline(const Pipeline& pipe, const Value& dot) {
    std::optional<Value> last;
    for (const Command& command : pipe.commands) last = TRY(this->command(command, dot, last));
    Value value = last.value_or(Value{});
    if (pipe.variables.size() == 1) {
      if (pipe.assigns) {
        assign(pipe.variables[0], value);
      } else {
        variables_.emplace_back(pipe.variables[0], value);
      }
    }
    return value;
  }

  // `last` is the value of the stage before, which becomes the last argument.
  Result<Value> command(const Command& command, const Value& dot,
                        const std::optional<Value>& last) {
    const Operand& head = command.operands.front();
    if (head.kind == Operand::Kind::function) return function(command, dot, last);
    if (head.kind == Operand::Kind::field && head.fields.size() == 1 && data_.method &&
        (command.operands.size() > 1 || last)) {
      std::vector<Value> args = TRY(arguments(command, dot, last));
      if (auto result = data_.method(head.fields[0], args)) return Value::of(std::move(*result));
      return error(
          head, fmt::format("{} has arguments but cannot be invoked as function", head.fields[0]));
    }
    if (command.operands.size() > 1 || last)
      return error(head, fmt::format("can't give argument to non-function {}", head.source));
    return operand(head, dot);
  }

  Result<std::vector<Value>> arguments(const Command& command, const Value& dot,
                                       const std::optional<Value>& last) {
    std::vector<Value> args;
    for (std::size_t i = 1; i < command.operands.size(); ++i)
      args.push_back(TRY(operand(command.operands[i], dot)));
    if (last) args.push_back(*last);
    return args;
  }

  Result<Value> function(const Command& command, const Value& dot,
                         const std::optional<Value>& last) {
    const Operand& head = command.operands.front();
    if (head.name == "and" || head.name == "or") return short_circuit(command, dot, last);
    std::vector<Value> args = TRY(arguments(command, dot, last));
    // In the header row a column's text stands for its value: json, upper and the like keep it.
    static constexpr std::array kKept{"json",  "split", "join", "title",
                                      "lower", "upper", "pad",  "truncate"};
    if (data_.header && !args.empty() &&
        std::find(kKept.begin(), kKept.end(), head.name) != kKept.end())
      return args.front();
    auto result = call_function(head.name, args);
    if (!result)
      return error(head, fmt::format("error calling {}: {}", head.name, result.error().message));
    return result;
  }

  Result<Value> short_circuit(const Command& command, const Value& dot,
                              const std::optional<Value>& last) {
    const bool stop_at = command.operands.front().name == "or";
    Value value;
    for (std::size_t i = 1; i < command.operands.size(); ++i) {
      value = TRY(operand(command.operands[i], dot));
      if (is_true(value) == stop_at) return value;
    }
    return last ? *last : value;
  }

  Result<Value> operand(const Operand& operand, const Value& dot) {
    Value value;
    bool top = false;
    switch (operand.kind) {
      case Operand::Kind::literal: return Value::of(operand.literal);
      case Operand::Kind::function: {
        auto result = call_function(operand.name, {});
        if (!result)
          return error(operand,
                       fmt::format("error calling {}: {}", operand.name, result.error().message));
        return result;
      }
      case Operand::Kind::dot: return dot;
      case Operand::Kind::field:
        value = dot;
        top = dot.json == data_.root.json;
        break;
      case Operand::Kind::variable:
        for (const auto& [name, bound] : variables_)
          if (name == operand.name) value = bound;
        top = operand.name == "$";
        break;
      case Operand::Kind::pipeline: value = TRY(pipeline(*operand.pipeline, dot)); break;
    }
    for (const std::string& name : operand.fields) {
      value = TRY(field(operand, value, name, top));
      top = false;
    }
    return value;
  }

  Result<Value> field(const Operand& where, const Value& value, const std::string& name, bool top) {
    if (!value.valid() || value.json->is_null()) {
      if (data_.header) return Value{};
      if (!value.valid())
        return error(where, fmt::format("nil data; no entry for key \"{}\"", name));
      return error(where, fmt::format("nil pointer evaluating interface {{}}.{}", name));
    }
    if (const Json* found = find_member(value, name)) return Value{{value.json, found}, name};
    if (!value.json->is_object())
      return error(where, fmt::format("can't evaluate field {} in type {}", name,
                                      value.json->is_string() ? "string" : "interface {}"));
    if (data_.header) return Value{};
    if (is_map(value)) return Value{};
    if (is_optional_name(name)) return Value::of(Json{}, name);
    if (top && !data_.type_name.empty())
      return error(where, fmt::format("can't evaluate field {} in type {}", name, data_.type_name));
    return error(where, fmt::format("map has no entry for key \"{}\"", name));
  }

  // Go's name of a member may differ from the document's in case: .ID and "Id".
  static const Json* find_member(const Value& value, std::string_view name) {
    if (const Json* found = value.json->find(name)) return found;
    if (is_map(value)) return nullptr;
    for (const auto& [key, member] : value.json->members())
      if (to_lower(key) == to_lower(name)) return &member;
    return nullptr;
  }

  const Data& data_;
  std::string_view source_;
  std::string& out_;
  std::size_t steps_ = 0;
  std::vector<std::pair<std::string, Value>> variables_;
};

bool mentions_in(const Nodes& nodes, std::string_view field);

bool mentions_in(const Pipeline& pipe, std::string_view field) {
  for (const Command& command : pipe.commands) {
    for (const Operand& operand : command.operands) {
      if (std::find(operand.fields.begin(), operand.fields.end(), field) != operand.fields.end())
        return true;
      if (operand.pipeline && mentions_in(*operand.pipeline, field)) return true;
    }
  }
  return false;
}

bool mentions_in(const Nodes& nodes, std::string_view field) {
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
    return mentions_in(node.pipeline, field) || mentions_in(node.then, field) ||
           mentions_in(node.otherwise, field);
  });
}

}  // namespace

Value Value::of(Json value, std::string member) {
  return {std::make_shared<const Json>(std::move(value)), std::move(member)};
}

Result<> Template::execute(const Data& data, std::string& out) const {
  Executor executor(data, source_, out);
  TRY(executor.nodes(nodes_, data.root));
  return {};
}

bool Template::mentions(std::string_view field) const { return mentions_in(nodes_, field); }

}  // namespace hexad::client::templates
