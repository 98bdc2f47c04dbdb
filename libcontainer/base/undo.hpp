// What to take back when a sequence of steps fails half way. Run in reverse order by the
// destructor unless dismissed.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace hexad {

class UndoList {
 public:
  UndoList() = default;
  UndoList(const UndoList&) = delete;
  UndoList& operator=(const UndoList&) = delete;
  ~UndoList() { run(); }

  void push(std::function<void()> step) { steps_.push_back(std::move(step)); }
  void dismiss() noexcept { steps_.clear(); }
  void run() {
    while (!steps_.empty()) {
      auto step = std::move(steps_.back());
      steps_.pop_back();
      step();
    }
  }

 private:
  std::vector<std::function<void()>> steps_;
};

}  // namespace hexad
