// Template text cut into tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"

namespace hexad::client::templates {

struct Token {
  enum class Kind : std::uint8_t {
    text,
    open,   // {{
    close,  // }}
    space,
    field,       // .Name
    dot,         // .
    variable,    // $name or $
    identifier,  // a function, a keyword, true, false, nil
    string,      // decoded
    number,
    pipe,
    left,
    right,
    comma,
    declare,  // :=
    assign,   // =
    end,
  };
  Kind kind = Kind::end;
  std::string text;
  std::size_t position = 0;
};

// Errors read "template: :1: unclosed action", as Go writes them.
Result<std::vector<Token>> lex(std::string_view source);
tl::unexpected<Error> syntax_error(std::string_view source, std::size_t position,
                                   std::string_view what);
// What stands in a Go string literal, without its quotes; false when an escape is wrong.
bool decode_escapes(std::string_view body, std::string& out);

}  // namespace hexad::client::templates
