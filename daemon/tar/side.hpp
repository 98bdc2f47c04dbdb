// Work on bytes beside whatever else is done with them: a thread of its own that gets every piece
// in order (hashing, writing a copy).
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::tar {

class Side {
 public:
  using Work = std::function<Result<>(std::string_view)>;
  explicit Side(Work work);
  ~Side();  // what was pushed is still worked on
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  // Copies; holds at most 2 MiB and waits when the work falls behind. The first error of the work
  // comes back from here or from finish(); after it nothing more is worked on.
  Result<> push(std::string_view bytes);
  Result<> finish();

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace hexad::tar
