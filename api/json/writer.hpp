// Writes JSON straight into a string: no document is built, so that a list of 1 000 containers
// costs little more than its bytes. The caller opens and closes in order.
//
// Null and empty follow the Engine API: Nullable lists and maps that the client did not write
// are null; maps are sorted by key; text that is not UTF-8 gets U+FFFD, as in Go.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "api/types/common.hpp"

namespace hexad::api::json {

class Writer {
 public:
  // indent 0: compact.
  explicit Writer(int indent = 0) : indent_(indent) {}
  std::string take() { return std::move(out_); }

  void open() { begin('{'); }
  void close() { end('}'); }
  void open_array() { begin('['); }
  void close_array() { end(']'); }
  void key(std::string_view name);

  void null() { raw("null"); }
  void value(bool v) { raw(v ? "true" : "false"); }
  void value(double v);
  void value(std::string_view v);
  void value(const std::string& v) { value(std::string_view(v)); }
  void value(const char* v) { value(std::string_view(v)); }
  template <std::integral Int>
  void value(Int v) {
    if constexpr (std::unsigned_integral<Int>) {
      number(static_cast<std::uint64_t>(v));
    } else {
      number(static_cast<std::int64_t>(v));
    }
  }
  void value(const std::vector<std::string>& list);           // []
  void value(const std::set<std::string>& set);               // {"k":{}}
  void value(const std::map<std::string, std::string>& map);  // {"k":"v"}
  template <class Container>
  void value(const Nullable<Container>& v) {
    if (v.empty() && !v.present) return null();
    value(static_cast<const Container&>(v));
  }
  template <class T>
  void value(const std::optional<T>& v) {
    if (v) {
      value(*v);
    } else {
      null();
    }
  }
  // Already JSON.
  void raw(std::string_view json);

  template <class T>
  void field(std::string_view name, const T& v) {
    key(name);
    value(v);
  }
  // Go's omitempty: left out when false, zero or empty.
  template <class T>
  void omit(std::string_view name, const T& v) {
    if constexpr (requires { v.empty(); }) {
      if (!v.empty()) field(name, v);
    } else {
      if (v != T{}) field(name, v);
    }
  }
  // RFC 3339; 0 is the zero time.
  void time(std::string_view name, std::int64_t ns);

 private:
  void begin(char bracket);
  void end(char bracket);
  void separate();
  void newline();
  void number(std::int64_t v);
  void number(std::uint64_t v);

  std::string out_;
  int indent_;
  int depth_ = 0;
  bool fresh_ = true;  // nothing before in this container, or just after a key
};

// "text" in quotes, escaped.
void append_quoted(std::string& out, std::string_view text);

}  // namespace hexad::api::json
