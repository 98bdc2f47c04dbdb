// One exec'd process: its streams, its way into the container, and the connection on which the
// daemon waits for its end.
#pragma once

#include <memory>
#include <string>

#include "libcontainer/shim/child.hpp"
#include "libcontainer/shim/connection.hpp"
#include "libcontainer/shim/protocol.hpp"
#include "libcontainer/shim/streams.hpp"

namespace hexad::shim {

class ExecSession final : public ChildOwner {
 public:
  ExecSession(Loop& loop, ExecRequest request, UniqueFd client);
  // `input` without the streams, which are made here.
  Result<> start(process::JoinInput input);

  [[nodiscard]] const std::string& id() const noexcept { return request_.id; }
  [[nodiscard]] Child* child() noexcept { return child_.get(); }
  [[nodiscard]] Streams& streams() noexcept { return streams_; }
  // Nothing left to do for it: over, and every viewer has everything.
  [[nodiscard]] bool is_done() const noexcept { return over_ && !streams_.has_viewers(); }
  [[nodiscard]] bool is_over() const noexcept { return over_; }
  // Where started, failed and exited go; null when the daemon is away.
  Connection* reply_to = nullptr;

  void child_netlink(UniqueFd) override {}
  void child_terminal(UniqueFd master) override;
  void child_ready() override {}
  void child_started() override;
  void child_failed(const process::Failure& failure) override;
  void child_ended(int code) override;

 private:
  Loop& loop_;
  ExecRequest request_;
  UniqueFd client_;
  Streams streams_;
  std::unique_ptr<Child> child_;
  bool over_ = false;
};

}  // namespace hexad::shim
