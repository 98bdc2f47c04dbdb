// One client connection that watches a process and may type to it. What it has not taken yet is
// kept in a bounded buffer; one that takes nothing for long is dropped, so that the container
// never waits for it for more than a moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/shim/detach_keys.hpp"
#include "libcontainer/shim/json_line.hpp"
#include "libcontainer/shim/loop.hpp"
#include "libcontainer/shim/protocol.hpp"

namespace hexad::shim {

class ViewerSession;

// Who hears of a viewer's doings.
class ViewerOwner {
 public:
  // Bytes for the process. False: it cannot take more now (the viewer is not read meanwhile).
  virtual bool typed(ViewerSession& from, std::string_view bytes) = 0;
  // The client will type no more.
  virtual void input_ended(ViewerSession& from) = 0;
  // Gone, flushed or dropped: the owner forgets it.
  virtual void viewer_gone(ViewerSession& which) = 0;
  // Its buffer has become short again.
  virtual void viewer_relieved() = 0;

 protected:
  ~ViewerOwner() = default;
};

class ViewerSession final : public Watcher {
 public:
  // Above kSoft the process is held back for as long as the viewer makes progress; at kHard a
  // viewer that makes none is dropped. Bytes.
  static constexpr std::size_t kSoft = 256U << 10;
  static constexpr std::size_t kHard = 16U << 20;
  static constexpr std::int64_t kPatienceMs = 1000;

  ViewerSession(Loop& loop, ViewerOwner& owner, UniqueFd connection, Viewer options);
  ~ViewerSession() override;

  // To be called once. False: the connection is unusable.
  bool start();
  void push(Stream stream, std::string_view bytes);
  void read_input(bool on);
  // No more output will come: closes when everything is sent.
  void close_when_sent();

  // True while the process should be held back for it.
  [[nodiscard]] bool is_full(std::int64_t now_ms) const noexcept;
  [[nodiscard]] bool is_waiting() const noexcept { return out_.size() > sent_; }
  [[nodiscard]] bool is_stalled(std::int64_t now_ms, std::int64_t patience_ms) const noexcept {
    return is_waiting() && now_ms - progress_ms_ > patience_ms;
  }
  [[nodiscard]] bool wants(Stream stream) const noexcept {
    return stream == Stream::err ? options_.want_stderr : options_.want_stdout;
  }
  [[nodiscard]] bool has_input() const noexcept { return options_.want_stdin; }
  // Off the loop and closed; does not tell the owner.
  void drop();

  void on_ready(std::uint32_t events) override;

 private:
  void receive();
  bool handle_input(std::string_view bytes);
  void send_pending();
  void update_interest();
  void end();

  Loop& loop_;
  ViewerOwner& owner_;
  UniqueFd fd_;
  Viewer options_;
  DetachKeys keys_;
  std::string out_;
  std::size_t sent_ = 0;
  std::int64_t progress_ms_ = 0;
  std::uint32_t interest_ = 0;
  bool reading_ = true, input_open_ = true, closing_ = false, over_ = false;
  bool parked_ = false;  // off the loop, hung up, with input left to read
};

std::int64_t monotonic_ms();

}  // namespace hexad::shim
