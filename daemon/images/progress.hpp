// The lines of a progress stream, as Docker's clients read them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "daemon/images/service.hpp"

namespace hexad::images {

std::string stream_line(std::string_view text);  // {"stream":"..."}
std::string status_line(std::string_view text);  // {"status":"..."}
std::string error_line(std::string_view text);   // {"errorDetail":{"message":"..."},"error":"..."}

// "Loading layer" of one layer, a few times a second.
class LayerProgress {
 public:
  LayerProgress(const Progress& progress, bool quiet, std::string_view diff_id, std::int64_t total)
      : progress_(progress), quiet_(quiet), id_(diff_id.substr(0, 12)), total_(total) {}
  Result<> at(std::int64_t bytes);

 private:
  const Progress& progress_;
  bool quiet_;
  std::string id_;
  std::int64_t total_;
  std::int64_t told_ = -1;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace hexad::images
