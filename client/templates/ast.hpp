// The parsed form of a template: what text/template of Go calls its nodes, as plain data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/json_value.hpp"

namespace hexad::client::templates {

struct Pipeline;

struct Operand {
  enum class Kind : std::uint8_t { dot, field, variable, function, literal, pipeline };
  Kind kind = Kind::dot;
  std::string name;                 // of a variable or function
  std::vector<std::string> fields;  // the chain .A.B after it
  Json literal;                     // also nil, which is null
  std::unique_ptr<Pipeline> pipeline;
  std::size_t position = 0;  // in the source, for messages
  std::string source;        // as written, for messages
};

struct Command {
  std::vector<Operand> operands;
};

struct Pipeline {
  std::vector<std::string> variables;  // $x := or $i, $x :=
  bool assigns = false;                // = instead of :=
  std::vector<Command> commands;
};

struct Node;
using Nodes = std::vector<Node>;

struct Node {
  enum class Kind : std::uint8_t { text, action, if_, with, range, break_, continue_ };
  Kind kind = Kind::text;
  std::string text;
  Pipeline pipeline;
  Nodes then, otherwise;
};

}  // namespace hexad::client::templates
