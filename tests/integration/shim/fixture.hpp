// A container on a busybox root file system, driven through shim::Shim as the daemon does it, but
// without a daemon: no network to wire, no image.
#pragma once

#include <string>
#include <vector>

#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/shim/client.hpp"
#include "tests/support/isolated.hpp"

namespace support {

// What a run of a command left behind.
struct Outcome {
  int code = -1;
  std::string out, err;  // from the log
  std::string failure;   // of a start that failed
};

class Box {
 public:
  Box();
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;
  ~Box();

  hexad::process::ContainerSpec spec;  // to be changed before start()
  hexad::shim::Failure failure;

  // What goes with the spec; `viewers` are set by start().
  hexad::shim::StartInput extra;

  // The whole of it: spawn, start, ready, go. False: see failure.
  bool start(std::vector<hexad::shim::AttachedViewer> viewers = {});
  // Waits for the end; -1 when the shim is gone.
  int wait();
  // start, wait, finish.
  Outcome run(std::vector<std::string> argv);

  [[nodiscard]] std::string log() const;
  // The text of one stream in the log, unescaped.
  [[nodiscard]] std::string logged(const std::string& stream) const;
  [[nodiscard]] int exec_dir() const { return exec_dir_.get(); }
  [[nodiscard]] const std::string& layer() const { return layer_; }
  [[nodiscard]] const std::string& path() const { return dir_.path(); }
  hexad::shim::Shim shim;
  double start_ms = 0;  // spawn to running

 private:
  TempDir dir_;
  bool ended_ = false;
  std::string layer_;
  hexad::UniqueFd exec_dir_;
};

// A process inside a running container; false fills `failure`.
struct Executed {
  bool started = false;
  int code = -1;
  std::string output;  // what a viewer saw, frames taken off
  hexad::shim::Failure failure;
};
Executed exec_in(const Box& box, hexad::process::ProcessSpec process);
hexad::process::ProcessSpec process_of(std::vector<std::string> argv);

// Both ends of a connection: one for the shim, one for the test.
struct Connection {
  hexad::UniqueFd ours, theirs;
};
Connection connection();
// Everything until the other end closes, or `ms` have passed without any.
std::string read_until_closed(int fd, int ms = 5000);
// Until `text` has come.
std::string read_until(int fd, const std::string& text, int ms = 5000);
// The payload of the frames of one stream (1, 2), or of both (0).
std::string unframe(const std::string& bytes, int stream = 0);

int shim_program();

#ifdef HEXAD_SHIM_STATIC
inline constexpr bool kStaticShim = true;
#else
inline constexpr bool kStaticShim = false;
#endif

}  // namespace support
