#include "libcontainer/shim/connection.hpp"

#include <sys/epoll.h>

#include "libcontainer/base/io.hpp"

namespace hexad::shim {

Connection::Connection(Loop& loop, ConnectionOwner& owner, UniqueFd socket)
    : loop_(loop), owner_(owner), fd_(std::move(socket)) {}

Connection::~Connection() {
  if (fd_) loop_.remove(fd_.get());
}

Result<> Connection::start() {
  TRY(set_nonblocking(fd_.get(), true));
  return loop_.add(fd_.get(), EPOLLIN, this);
}

void Connection::on_ready(std::uint32_t) {
  auto packet = process::receive_packet(fd_.get());
  if (!packet && packet.error().sys_errno == EAGAIN) return;
  if (!packet || !*packet) return owner_.connection_lost(*this);
  owner_.packet(*this, std::move(**packet));
}

}  // namespace hexad::shim
