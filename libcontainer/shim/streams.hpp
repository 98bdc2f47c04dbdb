// The standard streams of one process: pipes or a terminal, the log that takes their output, and
// the viewers. Used for the container's first process and for every exec'd one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/process/become.hpp"
#include "libcontainer/shim/json_line.hpp"
#include "libcontainer/shim/logfile.hpp"
#include "libcontainer/shim/loop.hpp"
#include "libcontainer/shim/viewer_session.hpp"

namespace hexad::shim {

class Streams final : public ViewerOwner {
 public:
  // `log` may be null; it must live as long.
  Streams(Loop& loop, LogFile* log);
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  ~Streams();

  struct Options {
    bool terminal = false;
    bool open_stdin = false;
    bool close_stdin = false;  // when the first viewer that types has ended its input or left
  };
  // Makes the pipes and returns the process's ends; nothing for a terminal, which comes later.
  Result<process::Stdio> open(const Options& options);
  Result<> set_terminal(UniqueFd master);
  // Output is read from here on: those who must see all of it are there now. To be called once.
  Result<> begin();

  // A connection that cannot be used is closed.
  void add_viewer(UniqueFd connection, Viewer options);
  Result<> resize(std::uint16_t rows, std::uint16_t columns);

  // The process has ended: takes what is left in the pipes, ends the log, and closes every viewer
  // once it has everything.
  void end();
  // The same, but while somebody else still holds the other end of a pipe (a background child of
  // an exec'd process), viewers hear it for `ms` more.
  void end_within(std::int64_t ms);
  [[nodiscard]] bool has_viewers() const noexcept { return !viewers_.empty(); }
  // Stalled viewers are given up, held back output goes on. Milliseconds until it wants to be
  // called again, -1: not before something happens.
  int tick(std::int64_t patience_ms);
  // Gives memory of a burst back.
  void relax();

  bool typed(ViewerSession& from, std::string_view bytes) override;
  void input_ended(ViewerSession& from) override;
  void viewer_gone(ViewerSession& which) override;
  void viewer_relieved() override;

 private:
  // The reading end of stdout, stderr or of a terminal; `in` is the writing end.
  class Source;
  class Sink;

  bool read_once(Source& source);
  [[nodiscard]] bool is_silent() const noexcept;
  void dispatch(Stream stream, std::string_view bytes);
  void hold_back();
  void close_stdin();
  void flush_stdin();

  Loop& loop_;
  LogFile* log_;
  Options options_;
  std::unique_ptr<Source> out_, err_;
  std::unique_ptr<Sink> in_;
  std::string typed_;             // not yet taken by the process
  std::int64_t deadline_ms_ = 0;  // of end_within(), 0: none
  bool close_after_typed_ = false, held_ = false, ended_ = false;
  bool begun_ = false;
  std::vector<std::unique_ptr<ViewerSession>> viewers_;
};

}  // namespace hexad::shim
