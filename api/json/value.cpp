// The only place that parses: nlohmann's event parser, which keeps its own stack, fills a Value.
#include "api/json/value.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/json/writer.hpp"

namespace hexad::api::json {
namespace {

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Value root;
  std::string problem;

  bool null() override { return add(Value{}); }
  bool boolean(bool v) override { return add(Value{v}); }
  bool number_integer(number_integer_t v) override { return add(Value{std::int64_t{v}}); }
  bool number_unsigned(number_unsigned_t v) override {
    if (v <= static_cast<std::uint64_t>(INT64_MAX)) return add(Value{static_cast<std::int64_t>(v)});
    return add(Value{std::uint64_t{v}});
  }
  bool number_float(number_float_t v, const string_t&) override { return add(Value{double{v}}); }
  bool string(string_t& v) override { return add(Value{std::move(v)}); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value{Value::Object{}}); }
  bool start_array(std::size_t) override { return open(Value{Value::Array{}}); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    std::get<Value::Object>(stack_.back()->data).emplace_back(std::move(name), Value{});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    std::string_view text = e.what();  // "[json.exception.parse_error.101] parse error at ..."
    if (const auto end = text.find("] "); text.starts_with('[') && end != text.npos)
      text.remove_prefix(end + 2);
    problem = text.substr(0, 300);
    return false;
  }

 private:
  // Pointers into the tree stay valid: only the innermost open container grows, and what is on
  // the stack is its last element.
  Value* add_get(Value v) {
    if (stack_.empty()) {
      root = std::move(v);
      return &root;
    }
    Value* parent = stack_.back();
    if (auto* list = std::get_if<Value::Array>(&parent->data))
      return &list->emplace_back(std::move(v));
    auto& last = std::get<Value::Object>(parent->data).back().second;
    last = std::move(v);
    return &last;
  }
  bool add(Value v) {
    add_get(std::move(v));
    return true;
  }
  bool open(Value v) {
    if (stack_.size() >= kMaxDepth) {
      problem = "exceeded max depth";
      return false;
    }
    stack_.push_back(add_get(std::move(v)));
    return true;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }
  std::vector<Value*> stack_;
};

void write(Writer& w, const Value& v);

void write_container(Writer& w, const Value& v) {
  if (const auto* list = v.array()) {
    w.open_array();
    for (const auto& item : *list) write(w, item);
    w.close_array();
  } else if (const auto* members = v.object()) {
    w.open();
    for (const auto& [name, item] : *members) {
      w.key(name);
      write(w, item);
    }
    w.close();
  }
}

void write(Writer& w, const Value& v) {
  if (v.is_null()) return w.null();
  if (const auto* b = v.boolean()) return w.value(*b);
  if (const auto* i = v.integer()) return w.value(*i);
  if (const auto* u = v.large()) return w.value(*u);
  if (const auto* d = v.real()) return w.value(*d);
  if (const auto* s = v.string()) return w.value(*s);
  write_container(w, v);
}

}  // namespace

const char* Value::kind() const {
  switch (data.index()) {
    case 0: return "null";
    case 1: return "bool";
    case 2:
    case 3:
    case 4: return "number";
    case 5: return "string";
    case 6: return "array";
    default: return "object";
  }
}

const Value* Value::find(std::string_view key) const {
  const auto* members = object();
  if (members == nullptr) return nullptr;
  const auto from_back = [&](auto&& test) -> const Value* {
    const auto it = std::find_if(members->rbegin(), members->rend(), test);
    return it == members->rend() ? nullptr : &it->second;
  };
  if (const auto* exact = from_back([&](const auto& m) { return m.first == key; })) return exact;
  return from_back([&](const auto& m) { return same_letters(m.first, key); });
}

Result<Value> parse(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    return fail(Code::invalid_argument, "invalid JSON: got EOF while reading request body");
  }
  Builder builder;
  try {
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
      return std::move(builder.root);
  } catch (const std::exception& e) {  // the door for a library's exceptions
    builder.problem = e.what();
  }
  return fail(Code::invalid_argument, "invalid JSON: {}", builder.problem);
}

std::string dump(const Value& value, int indent) {
  Writer w(indent);
  write(w, value);
  return w.take();
}

}  // namespace hexad::api::json
