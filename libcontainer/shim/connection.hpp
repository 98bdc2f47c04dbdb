// A connection of the daemon: packets in, packets out.
#pragma once

#include <functional>

#include "libcontainer/shim/loop.hpp"
#include "libcontainer/shim/messages.hpp"

namespace hexad::shim {

class Connection;

class ConnectionOwner {
 public:
  virtual void packet(Connection& from, process::Packet packet) = 0;
  // End of file, or nonsense. The owner forgets the connection.
  virtual void connection_lost(Connection& which) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connection final : public Watcher {
 public:
  Connection(Loop& loop, ConnectionOwner& owner, UniqueFd socket);
  ~Connection() override;
  Result<> start();
  // A daemon that does not read its answers loses them: nothing here waits.
  template <class T = Nothing>
  void reply(Op op, const T& body = {}, const std::vector<int>& fds = {}) {
    static_cast<void>(send(fd_.get(), op, body, fds));
  }
  void on_ready(std::uint32_t events) override;

 private:
  Loop& loop_;
  ConnectionOwner& owner_;
  UniqueFd fd_;
};

}  // namespace hexad::shim
