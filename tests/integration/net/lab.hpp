// Network namespaces to test in. A Lab moves this process into a fresh one, the "host"; others are
// boxes: containers, or a neighbour on the host's uplink. All of it is gone with the Lab.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libcontainer/base/unique_fd.hpp"

namespace lab {

// Runs `sh -c`, in this process' namespace. Output without the last newline; throws when the
// command fails, unless `may_fail`.
std::string sh(const std::string& command, bool may_fail = false);
bool succeeds(const std::string& command);

// A child process that sits in a network namespace of its own.
class Box {
 public:
  Box();
  ~Box();
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int netns() const { return netns_.get(); }
  [[nodiscard]] int rtnetlink() const { return rtnetlink_.get(); }  // a socket that lives there
  // In a child that has joined the namespace; what `work` returns comes back.
  std::string run(const std::function<std::string()>& work) const;
  std::string sh(const std::string& command) const;
  // Answers every connection or datagram with "<source address>" until the box is gone.
  void serve(const std::string& protocol, int port);

 private:
  pid_t pid_ = -1;
  hexad::UniqueFd netns_, rtnetlink_;
  std::vector<pid_t> servers_;
};

class Lab {
 public:
  Lab();
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  // Behind the host's uplink: host 192.0.2.1, neighbour 192.0.2.9 with a route to everything by the
  // host.
  Box& neighbour();

 private:
  std::unique_ptr<Box> neighbour_;
  hexad::UniqueFd before_;
};

// The source address that a server at `address` saw, or nullopt when nothing answered in 0.4 s.
std::optional<std::string> ask(const std::string& protocol, const std::string& address, int port);
std::optional<std::string> ask_from(const Box& box, const std::string& protocol,
                                    const std::string& address, int port);

}  // namespace lab
