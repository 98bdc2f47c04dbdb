// The functions that a template can call.
#include "client/templates/functions.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "client/tables.hpp"
#include "client/templates/printf.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client::templates {
namespace {

using Args = std::span<const Value>;

Value text(std::string value) { return Value::of(Json::string(value)); }

tl::unexpected<Error> wrong(std::string_view what) {
  return fail(Code::invalid_argument, "{}", what);
}

Result<> need(Args args, std::size_t count) {
  if (args.size() == count) return {};
  return fail(Code::invalid_argument, "wrong number of args: want {} got {}", count, args.size());
}

Result<std::string> string_arg(const Value& value) {
  if (value.valid() && value.json->is_string()) return value.json->text();
  return fail(Code::invalid_argument, "wrong type for value; expected string; got {}",
              print_value(value));
}

Result<Value> json(Args args) {
  TRY(need(args, 1));
  return text(args[0].valid() ? args[0].json->dump() : "null");
}

Result<Value> join_list(Args args) {
  TRY(need(args, 2));
  std::string out;
  if (args[0].valid()) {
    for (const Json& item : args[0].json->items()) {
      if (&item != args[0].json->items().data()) out += TRY(string_arg(args[1]));
      out += item.is_string() ? item.text() : item.dump();
    }
  }
  return text(std::move(out));
}

Result<Value> split_text(Args args) {
  TRY(need(args, 2));
  const std::string whole = TRY(string_arg(args[0]));
  const std::string separator = TRY(string_arg(args[1]));
  Json list = Json::array();
  if (separator.empty()) {
    for (const char c : whole) list.push(Json::string({&c, 1}));
    return Value::of(std::move(list));
  }
  std::size_t from = 0;
  while (true) {
    const auto at = whole.find(separator, from);
    list.push(Json::string(std::string_view(whole).substr(from, at - from)));
    if (at == std::string::npos) return Value::of(std::move(list));
    from = at + separator.size();
  }
}

template <class Change>
Result<Value> changed(Args args, Change change) {
  TRY(need(args, 1));
  std::string value = TRY(string_arg(args[0]));
  bool start = true;
  for (char& c : value) {
    c = change(c, start);
    start = c == ' ';
  }
  return text(std::move(value));
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

Result<Value> pad(Args args) {
  TRY(need(args, 3));
  const std::string value = TRY(string_arg(args[0]));
  if (value.empty()) return text("");
  const auto width = [](const Value& v) {
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(v.valid() ? v.json->as_int() : 0, 0, 4096));
  };
  return text(std::string(width(args[1]), ' ') + value + std::string(width(args[2]), ' '));
}

Result<Value> truncate(Args args) {
  TRY(need(args, 2));
  const std::string value = TRY(string_arg(args[0]));
  const std::int64_t length = args[1].valid() ? args[1].json->as_int() : 0;
  if (length < 0) return wrong("slice bounds out of range");
  return text(value.substr(0, static_cast<std::size_t>(length)));
}

Result<Value> length(Args args) {
  TRY(need(args, 1));
  if (!args[0].valid()) return wrong("len of nil pointer");
  const Json& value = *args[0].json;
  std::size_t count = 0;
  if (value.is_string()) {
    count = value.text().size();
  } else if (value.is_array()) {
    count = value.items().size();
  } else if (value.is_object()) {
    count = value.members().size();
  } else if (!value.is_null()) {
    return fail(Code::invalid_argument, "len of type {}", value.is_number() ? "int" : "bool");
  }
  return Value::of(Json::number(static_cast<std::int64_t>(count)));
}

// What a map holds for a key that is not there: the zero value of its kind.
Json zero_of(const Json& map) {
  if (map.members().empty()) return Json::string("");
  const Json& sample = map.members().front().second;
  if (sample.is_string()) return Json::string("");
  if (sample.is_array()) return Json::array();
  return {};
}

Result<Value> step(const Value& from, const Value& key) {
  if (!from.valid()) return wrong("index of untyped nil");
  const Json& value = *from.json;
  if (value.is_null()) {
    if (key.valid() && key.json->is_string() && !is_list_name(from.member))
      return Value::of(Json::string(""));
    return wrong("index out of range: " + print_value(key));
  }
  if (value.is_array() || value.is_string()) {
    if (!key.valid() || !key.json->is_number())
      return wrong("cannot index slice/array with type string");
    const std::int64_t at = key.json->as_int();
    const std::size_t size = value.is_array() ? value.items().size() : value.text().size();
    if (at < 0 || static_cast<std::size_t>(at) >= size)
      return fail(Code::invalid_argument, "index out of range: {}", at);
    const auto index = static_cast<std::size_t>(at);
    if (value.is_string())
      return Value::of(Json::number(static_cast<unsigned char>(value.text()[index])));
    return Value{{from.json, &value.items()[index]}, {}};
  }
  if (value.is_object()) {
    if (!key.valid() || !key.json->is_string())
      return wrong("value has type int; should be string");
    if (const Json* found = value.find(key.json->text()))
      return Value{{from.json, found}, std::string(Value::kElement)};
    return Value::of(zero_of(value));
  }
  return wrong("can't index item of this type");
}

Result<Value> index(Args args) {
  if (args.empty()) return wrong("wrong number of args: want at least 1 got 0");
  Value value = args[0];
  for (const Value& key : args.subspan(1)) value = TRY(step(value, key));
  return value;
}

Result<Value> slice(Args args) {
  if (args.empty() || args.size() > 3) return wrong("wrong number of args");
  if (!args[0].valid()) return wrong("slice of untyped nil");
  const Json& value = *args[0].json;
  const std::size_t size = value.is_string() ? value.text().size() : value.items().size();
  std::array<std::int64_t, 2> bounds{0, static_cast<std::int64_t>(size)};
  for (std::size_t i = 1; i < args.size(); ++i)
    bounds[i - 1] = args[i].valid() ? args[i].json->as_int() : 0;
  if (bounds[0] < 0 || bounds[1] < bounds[0] || bounds[1] > static_cast<std::int64_t>(size))
    return fail(Code::invalid_argument, "index out of range: {}", bounds[1]);
  const auto from = static_cast<std::size_t>(bounds[0]), to = static_cast<std::size_t>(bounds[1]);
  if (value.is_string()) return text(value.text().substr(from, to - from));
  Json list = Json::array();
  for (std::size_t i = from; i < to; ++i) list.push(value.items()[i]);
  return Value::of(std::move(list));
}

// Less than, equal, greater: -1, 0, 1. Only like can be compared with like.
Result<int> compare(const Value& a, const Value& b, bool ordered) {
  if (!a.valid() || !b.valid()) return a.valid() == b.valid() ? 0 : 1;
  const Json &x = *a.json, &y = *b.json;
  if (x.is_null() || y.is_null()) {
    if (ordered) return wrong("invalid type for comparison");
    return x.is_null() && y.is_null() ? 0 : 1;
  }
  if (x.kind() != y.kind()) return wrong("incompatible types for comparison");
  if (x.is_string()) return x.text().compare(y.text());
  if (x.is_number()) {
    if (x.text() == y.text()) return 0;
    return x.as_double() < y.as_double() ? -1 : 1;
  }
  if (ordered) return wrong("invalid type for comparison");
  if (x.kind() == Json::Kind::boolean) return x.as_bool() == y.as_bool() ? 0 : 1;
  return wrong("non-comparable type");
}

Result<Value> equal(Args args) {
  if (args.size() < 2) return wrong("missing argument for comparison");
  bool any = false;
  for (const Value& other : args.subspan(1)) any = any || TRY(compare(args[0], other, false)) == 0;
  return Value::of(Json::boolean(any));
}

template <class Test>
Result<Value> ordered(Args args, Test test, bool needs_order = true) {
  TRY(need(args, 2));
  return Value::of(Json::boolean(test(TRY(compare(args[0], args[1], needs_order)))));
}

Result<Value> negate(Args args) {
  TRY(need(args, 1));
  return Value::of(Json::boolean(!is_true(args[0])));
}

// Sprint puts a space between two that are no strings; Sprintln between all.
Result<Value> print(Args args, bool line) {
  std::string out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const auto is_text = [&](std::size_t at) {
      return args[at].valid() && args[at].json->is_string();
    };
    if (i > 0 && (line || (!is_text(i) && !is_text(i - 1)))) out += ' ';
    out += print_value(args[i]);
  }
  if (line) out += '\n';
  return text(std::move(out));
}

Result<Value> format(Args args) {
  if (args.empty()) return wrong("wrong number of args: want at least 1 got 0");
  return text(go_printf(TRY(string_arg(args[0])), args.subspan(1)));
}

Result<Value> escape_html(Args args) {
  const Value printed = TRY(print(args, false));  // a temporary would end before the loop
  std::string out;
  for (const char c : printed.json->text()) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&#34;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return text(std::move(out));
}

struct Function {
  std::string_view name;
  Result<Value> (*call)(Args);
};

constexpr std::array kFunctions{
    Function{"json", json},
    Function{"join", join_list},
    Function{"split", split_text},
    Function{"title",
             [](Args a) { return changed(a, [](char c, bool s) { return s ? upper(c) : c; }); }},
    Function{"lower", [](Args a) { return changed(a, [](char c, bool) { return lower(c); }); }},
    Function{"upper", [](Args a) { return changed(a, [](char c, bool) { return upper(c); }); }},
    Function{"pad", pad},
    Function{"truncate", truncate},
    Function{"len", length},
    Function{"index", index},
    Function{"slice", slice},
    Function{"not", negate},
    Function{"eq", equal},
    Function{"ne",
             [](Args a) {
               return ordered(
                   a, [](int c) { return c != 0; }, false);
             }},
    Function{"lt", [](Args a) { return ordered(a, [](int c) { return c < 0; }); }},
    Function{"le", [](Args a) { return ordered(a, [](int c) { return c <= 0; }); }},
    Function{"gt", [](Args a) { return ordered(a, [](int c) { return c > 0; }); }},
    Function{"ge", [](Args a) { return ordered(a, [](int c) { return c >= 0; }); }},
    Function{"print", [](Args a) { return print(a, false); }},
    Function{"println", [](Args a) { return print(a, true); }},
    Function{"printf", format},
    Function{"html", escape_html},
};

}  // namespace

bool is_function(std::string_view name) {
  return name == "and" || name == "or" ||
         std::any_of(kFunctions.begin(), kFunctions.end(),
                     [&](const Function& f) { return f.name == name; });
}

Result<Value> call_function(std::string_view name, std::span<const Value> args) {
  for (const Function& function : kFunctions)
    if (function.name == name) return function.call(args);
  return wrong("not a function");
}

}  // namespace hexad::client::templates
