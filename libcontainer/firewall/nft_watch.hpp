// Tells when somebody else deletes rules: a firewall that is reloaded flushes ours with its own.
// Event driven; costs a wake-up per transaction.
#pragma once

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::firewall {

class NftWatch {
 public:
  // In this thread's network namespace.
  static Result<NftWatch> open();
  // Blocks until another process has deleted a rule, chain or table in a transaction that is
  // complete (true), or `stop` has become readable (false).
  Result<bool> wait(int stop);

 private:
  explicit NftWatch(UniqueFd fd) : fd_(std::move(fd)) {}
  bool read_events();

  UniqueFd fd_;
  bool deletion_ = false;  // in the transaction whose end is still to come
};

}  // namespace hexad::firewall
