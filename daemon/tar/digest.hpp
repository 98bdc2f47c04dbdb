// SHA-256 as images use it: lower-case hex without the "sha256:" in front.
#pragma once

#include <memory>
#include <string>
#include <string_view>

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

// The same on a thread of its own: hashing goes on beside whatever else is done with the bytes.
// Holds at most 2 MiB; update() copies, and waits when the hash falls behind.
class SideSha256 {
 public:
  SideSha256();
  ~SideSha256();
  SideSha256(const SideSha256&) = delete;
  SideSha256& operator=(const SideSha256&) = delete;
  void update(std::string_view bytes);
  std::string finish();  // once

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace hexad::tar
