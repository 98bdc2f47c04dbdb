#include "libcontainer/shim/detach_keys.hpp"

namespace hexad::shim {

DetachKeys::Outcome DetachKeys::feed(std::string_view typed) {
  Outcome out;
  if (keys_.empty()) {
    out.pass_on = std::string(typed);
    return out;
  }
  for (const char c : typed) {
    if (c != keys_[matched_] && matched_ > 0) {
      out.pass_on.append(keys_, 0, matched_);
      matched_ = 0;
    }
    if (c != keys_[matched_]) {
      out.pass_on.push_back(c);
    } else if (++matched_ == keys_.size()) {
      matched_ = 0;
      out.detached = true;
      return out;
    }
  }
  return out;
}

}  // namespace hexad::shim
