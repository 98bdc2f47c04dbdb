// Finds the key sequence by which a viewer leaves a terminal in what it types. A started sequence
// is held back until it is complete or broken, as Docker does.
#pragma once

#include <string>
#include <string_view>

namespace hexad::shim {

class DetachKeys {
 public:
  explicit DetachKeys(std::string keys) : keys_(std::move(keys)) {}

  struct Outcome {
    std::string pass_on;    // what goes to the terminal
    bool detached = false;  // the rest was not read
  };
  Outcome feed(std::string_view typed);

 private:
  std::string keys_;
  std::size_t matched_ = 0;
};

}  // namespace hexad::shim
