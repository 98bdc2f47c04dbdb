// Decodes one JSON object into a struct: every get() fills a member when its key is there and not
// null. The first wrong type is remembered, names its key, and becomes a 400.
//
//   Reader r(value, problem, "HostConfig");
//   r.get("Memory", host.memory);
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <string_view>

#include "api/json/value.hpp"
#include "api/types/common.hpp"

namespace hexad::api::json {

// The first thing that was wrong with a document.
class Problem {
 public:
  void wrong_type(const Value& got, std::string_view where, std::string_view wanted);
  void say(std::string text);
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] Result<> result() const;

 private:
  std::string text_;
};

class Reader {
 public:
  // `where` names the object in messages; null and absent objects have no members.
  Reader(const Value* object, Problem& problem, std::string where);

  // The member, or a null pointer when it is absent or null.
  [[nodiscard]] const Value* member(std::string_view key) const;
  [[nodiscard]] Problem& problem() const { return *problem_; }
  [[nodiscard]] std::string path(std::string_view key) const;
  [[nodiscard]] Reader child(std::string_view key) const {
    return {member(key), *problem_, path(key)};
  }

  void get(std::string_view key, std::string& out) const;
  void get(std::string_view key, bool& out) const;
  void get(std::string_view key, std::vector<std::string>& out) const;
  void get(std::string_view key, std::set<std::string>& out) const;  // {"k":{}}
  void get(std::string_view key, std::map<std::string, std::string>& out) const;
  void get(std::string_view key, std::vector<std::vector<std::string>>& out) const;
  // A string is one element: Cmd and Entrypoint.
  void get_command(std::string_view key, OptionalStrings& out) const;
  // RFC 3339; the zero time is 0.
  void get_time(std::string_view key, std::int64_t& ns) const;

  template <std::integral Int>
  void get(std::string_view key, Int& out) const {
    if (const Value* v = member(key)) {
      std::int64_t wide = 0;
      if (integer(*v, key, std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max(),
                  wide)) {
        out = static_cast<Int>(wide);
      }
    }
  }
  void get(std::string_view key, std::uint64_t& out) const;
  template <class Container>
  void get(std::string_view key, Nullable<Container>& out) const {
    if (member(key) == nullptr) return;
    get(key, static_cast<Container&>(out));
    out.present = true;
  }
  template <class T>
  void get(std::string_view key, std::optional<T>& out) const {
    if (member(key) == nullptr) return;
    T value{};
    get(key, value);
    out = std::move(value);
  }

  // A list of objects: each(Reader, T&) for every element.
  template <class T, class Each>
  void list(std::string_view key, std::vector<T>& out, Each each) const {
    const Value* v = member(key);
    if (v == nullptr) return;
    const auto* items = v->array();
    if (items == nullptr) return problem_->wrong_type(*v, path(key), "array");
    out.clear();
    for (const auto& item : *items) each(Reader(&item, *problem_, path(key)), out.emplace_back());
  }
  template <class T, class Each>
  void list(std::string_view key, Nullable<std::vector<T>>& out, Each each) const {
    if (member(key) == nullptr) return;
    list(key, static_cast<std::vector<T>&>(out), each);
    out.present = true;
  }
  // An object of objects.
  template <class T, class Each>
  void map(std::string_view key, std::map<std::string, T>& out, Each each) const {
    const Value* v = member(key);
    if (v == nullptr) return;
    const auto* members = v->object();
    if (members == nullptr) return problem_->wrong_type(*v, path(key), "object");
    for (const auto& [name, item] : *members) each(Reader(&item, *problem_, path(key)), out[name]);
  }
  template <class T, class Each>
  void map(std::string_view key, Nullable<std::map<std::string, T>>& out, Each each) const {
    if (member(key) == nullptr) return;
    map(key, static_cast<std::map<std::string, T>&>(out), each);
    out.present = true;
  }
  // An object that may be absent.
  template <class T, class Fill>
  void maybe(std::string_view key, std::optional<T>& out, Fill fill) const {
    if (member(key) != nullptr) fill(child(key), out.emplace());
  }

 private:
  bool integer(const Value& v, std::string_view key, std::int64_t low, std::uint64_t high,
               std::int64_t& out) const;

  const Value* object_ = nullptr;
  Problem* problem_;
  std::string where_;
};

}  // namespace hexad::api::json
