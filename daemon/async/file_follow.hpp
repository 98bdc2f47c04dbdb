// Tells coroutines that files changed: log followers. All of them share one inotify descriptor
// (a host grants 128 per user) and followers of one directory share one watch. inotify(7)
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "daemon/async/await.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::async {

class FileFollow {
 public:
  static Result<std::unique_ptr<FileFollow>> start(boost::asio::any_io_executor io);
  ~FileFollow();
  FileFollow(const FileFollow&) = delete;
  FileFollow& operator=(const FileFollow&) = delete;

  // Any thread. The signal is raised when a file right in `directory` is written, made, renamed
  // or deleted (so a rotation is seen too); the watch ends with the last pointer. Take the
  // version before reading the file, so that nothing is missed:
  //   auto changed = *follow.watch(dir);
  //   for (;;) { auto seen = changed->version(); read(); co_await changed->wait(seen); }
  Result<std::shared_ptr<Signal>> watch(const std::string& directory);

 private:
  struct State;
  explicit FileFollow(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace hexad::async
