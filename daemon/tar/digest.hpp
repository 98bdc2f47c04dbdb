// SHA-256 as images use it: lower-case hex without the "sha256:" in front.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/tar/side.hpp"

namespace hexad::tar {

std::string sha256_hex(std::string_view bytes);

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  std::string finish();  // once

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// The same on a thread of its own (side.hpp).
class SideSha256 {
 public:
  SideSha256();
  void update(std::string_view bytes);
  std::string finish();  // once

 private:
  Sha256 sha_;
  Side side_;  // after what it uses
};

}  // namespace hexad::tar
