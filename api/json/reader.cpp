#include "api/json/reader.hpp"

#include "libcontainer/base/strings.hpp"

namespace hexad::api::json {

void Problem::wrong_type(const Value& got, std::string_view where, std::string_view wanted) {
  say(fmt::format("json: cannot unmarshal {} into Go struct field {} of type {}", got.kind(), where,
                  wanted));
}

void Problem::say(std::string text) {
  if (text_.empty()) text_ = std::move(text);
}

Result<> Problem::result() const {
  if (text_.empty()) return {};
  return fail(Code::invalid_argument, "{}", text_);
}

Reader::Reader(const Value* object, Problem& problem, std::string where)
    : problem_(&problem), where_(std::move(where)) {
  if (object == nullptr || object->is_null()) return;
  if (object->object() == nullptr) {
    problem.wrong_type(*object, where_, "object");
    return;
  }
  object_ = object;
}

const Value* Reader::member(std::string_view key) const {
  if (object_ == nullptr) return nullptr;
  const Value* v = object_->find(key);
  return v == nullptr || v->is_null() ? nullptr : v;
}

std::string Reader::path(std::string_view key) const {
  return where_.empty() ? std::string(key) : fmt::format("{}.{}", where_, key);
}

void Reader::get(std::string_view key, std::string& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  if (const auto* text = v->string()) {
    out = *text;
  } else {
    problem_->wrong_type(*v, path(key), "string");
  }
}

void Reader::get(std::string_view key, bool& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  if (const auto* flag = v->boolean()) {
    out = *flag;
  } else {
    problem_->wrong_type(*v, path(key), "bool");
  }
}

bool Reader::integer(const Value& v, std::string_view key, std::int64_t low, std::uint64_t high,
                     std::int64_t& out) const {
  const auto* number = v.integer();
  if (number != nullptr && *number >= low &&
      (*number < 0 || static_cast<std::uint64_t>(*number) <= high)) {
    out = *number;
    return true;
  }
  problem_->wrong_type(v, path(key), low == 0 ? "uint" : "int");
  return false;
}

void Reader::get(std::string_view key, std::uint64_t& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  if (const auto* number = v->integer(); number != nullptr && *number >= 0) {
    out = static_cast<std::uint64_t>(*number);
  } else if (const auto* large = v->large()) {
    out = *large;
  } else {
    problem_->wrong_type(*v, path(key), "uint64");
  }
}

void Reader::get(std::string_view key, std::vector<std::string>& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  const auto* items = v->array();
  if (items == nullptr) return problem_->wrong_type(*v, path(key), "[]string");
  out.clear();
  out.reserve(items->size());
  for (const auto& item : *items) {
    if (const auto* text = item.string()) {
      out.push_back(*text);
    } else if (item.is_null()) {
      out.emplace_back();  // Go leaves the element's zero value
    } else {
      return problem_->wrong_type(item, path(key), "string");
    }
  }
}

void Reader::get(std::string_view key, std::vector<std::vector<std::string>>& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  const auto* rows = v->array();
  if (rows == nullptr) return problem_->wrong_type(*v, path(key), "[][]string");
  for (const auto& row : *rows) {
    const auto* items = row.array();
    if (items == nullptr) return problem_->wrong_type(row, path(key), "[]string");
    auto& texts = out.emplace_back();
    for (const auto& item : *items) {
      if (item.string() == nullptr) return problem_->wrong_type(item, path(key), "string");
      texts.push_back(*item.string());
    }
  }
}

void Reader::get(std::string_view key, std::set<std::string>& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  const auto* members = v->object();
  if (members == nullptr) return problem_->wrong_type(*v, path(key), "map[string]struct {}");
  for (const auto& [name, item] : *members) {
    if (item.object() == nullptr && !item.is_null()) {
      return problem_->wrong_type(item, path(key), "struct {}");
    }
    out.insert(name);
  }
}

void Reader::get(std::string_view key, std::map<std::string, std::string>& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  const auto* members = v->object();
  if (members == nullptr) return problem_->wrong_type(*v, path(key), "map[string]string");
  for (const auto& [name, item] : *members) {
    if (const auto* text = item.string()) {
      out[name] = *text;
    } else if (item.is_null()) {
      out[name].clear();
    } else {
      return problem_->wrong_type(item, path(key), "string");
    }
  }
}

void Reader::get_command(std::string_view key, OptionalStrings& out) const {
  const Value* v = member(key);
  if (v == nullptr) return;
  if (const auto* text = v->string()) {
    out = std::vector<std::string>{*text};
  } else {
    get(key, out.emplace());
  }
}

void Reader::get_time(std::string_view key, std::int64_t& ns) const {
  std::string text;
  get(key, text);
  if (text.empty() || text.starts_with("0001-01-01T")) return;
  if (const auto parsed = parse_time(text)) {
    ns = *parsed;
  } else {
    problem_->say(fmt::format("parsing time in {}: \"{}\" is no RFC 3339 time", path(key), text));
  }
}

}  // namespace hexad::api::json
