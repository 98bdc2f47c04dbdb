#include "tests/integration/net/lab.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "libcontainer/base/io.hpp"
#include "libcontainer/firewall/tool.hpp"

namespace lab {
namespace {

using hexad::UniqueFd;

[[noreturn]] void die(const std::string& what) {
  throw std::runtime_error(what + ": " + ::strerror(errno));
}

UniqueFd open_netns(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) die(path);
  return fd;
}

// A child that ends with this process and never runs the tests.
pid_t spawn(const std::function<void()>& body) {
  const pid_t pid = ::fork();
  if (pid < 0) die("fork");
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  body();
  ::_exit(0);
}

void end(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

sockaddr_in at(const std::string& address, int port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  return where;
}

std::string text_of(const sockaddr_in& peer) {
  char text[INET_ADDRSTRLEN] = "";
  ::inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text);
  return text;
}

UniqueFd open_socket(const std::string& protocol) {
  if (protocol == "udp") return UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return UniqueFd(
      ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol == "sctp" ? IPPROTO_SCTP : 0));
}

void serve_for_ever(const UniqueFd& socket, bool datagrams) {
  for (;;) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (datagrams) {
      char byte = 0;
      if (::recvfrom(socket.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&peer), &size) < 0)
        continue;
      const auto text = text_of(peer);
      ::sendto(socket.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
    } else {
      const UniqueFd one(
          ::accept4(socket.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC));
      const auto text = text_of(peer);
      if (one) ::send(one.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }
  }
}

}  // namespace

std::string sh(const std::string& command, bool may_fail) {
  const auto ran = hexad::firewall::run_tool({"/bin/sh", "-c", command});
  if (!ran) throw std::runtime_error(ran.error().message);
  if (ran->exit_code != 0 && !may_fail)
    throw std::runtime_error(command + ": " + ran->out + ran->err);
  auto out = ran->out;
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

bool succeeds(const std::string& command) {
  const auto ran = hexad::firewall::run_tool({"/bin/sh", "-c", command});
  return ran && ran->exit_code == 0;
}

Box::Box() {
  auto ready = hexad::pipe_pair();
  if (!ready) die("pipe");
  pid_ = spawn([&] {
    if (::unshare(CLONE_NEWNET) < 0) ::_exit(1);
    // As containers have it without IPv6: duplicate address detection would delay the first
    // packets.
    (void)hexad::write_existing("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    (void)!::write(ready->second.get(), "x", 1);
    for (;;) ::pause();
  });
  char byte = 0;
  if (::read(ready->first.get(), &byte, 1) != 1) die("unshare");
  netns_ = open_netns("/proc/" + std::to_string(pid_) + "/ns/net");
  const auto here = open_netns("/proc/self/ns/net");
  if (::setns(netns_.get(), CLONE_NEWNET) < 0) die("setns");
  rtnetlink_ = UniqueFd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (::setns(here.get(), CLONE_NEWNET) < 0) die("setns back");
}

Box::~Box() {
  for (const pid_t server : servers_) end(server);
  end(pid_);
}

std::string Box::run(const std::function<std::string()>& work) const {
  auto pipe = hexad::pipe_pair();
  if (!pipe) die("pipe");
  const pid_t child = spawn([&] {
    if (::setns(netns_.get(), CLONE_NEWNET) < 0) ::_exit(1);
    std::string text;
    try {
      text = work();
    } catch (const std::exception& e) {
      text = std::string("failed: ") + e.what();
    }
    (void)hexad::write_all(pipe->second.get(), text);
  });
  pipe->second.reset();
  auto text = hexad::read_all(pipe->first.get());
  ::waitpid(child, nullptr, 0);
  return text.value_or("");
}

std::string Box::sh(const std::string& command) const {
  return run([&] { return lab::sh(command, true); });
}

void Box::serve(const std::string& protocol, int port) {
  auto ready = hexad::pipe_pair();
  if (!ready) die("pipe");
  servers_.push_back(spawn([&] {
    if (::setns(netns_.get(), CLONE_NEWNET) < 0) ::_exit(1);
    const auto socket = open_socket(protocol);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto where = at("0.0.0.0", port);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0)
      ::_exit(1);
    if (protocol != "udp" && ::listen(socket.get(), 16) < 0) ::_exit(1);
    (void)!::write(ready->second.get(), "x", 1);
    serve_for_ever(socket, protocol == "udp");
  }));
  char byte = 0;
  if (::read(ready->first.get(), &byte, 1) != 1) die("serve");
}

Lab::Lab() : before_(open_netns("/proc/self/ns/net")) {
  if (::unshare(CLONE_NEWNET) < 0) die("unshare a network namespace (root is needed)");
  sh("ip link set lo up");
}

Lab::~Lab() {
  neighbour_.reset();
  // Back into a namespace of ours or the machine's; the host namespace of this Lab is gone then.
  ::setns(before_.get(), CLONE_NEWNET);
}

Box& Lab::neighbour() {
  if (neighbour_) return *neighbour_;
  neighbour_ = std::make_unique<Box>();
  sh("ip link add up0 type veth peer name eth0 netns " + std::to_string(neighbour_->pid()) +
     " && ip addr add 192.0.2.1/24 dev up0 && ip link set up0 up");
  neighbour_->sh(
      "ip link set lo up; ip addr add 192.0.2.9/24 dev eth0; ip link set eth0 up;"
      "ip route add default via 192.0.2.1");
  return *neighbour_;
}

std::optional<std::string> ask(const std::string& protocol, const std::string& address, int port) {
  constexpr int kWaitMs = 400;
  const auto socket = open_socket(protocol);
  ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  const auto where = at(address, port);
  const auto* target = reinterpret_cast<const sockaddr*>(&where);
  if (::connect(socket.get(), target, sizeof where) < 0 && errno != EINPROGRESS)
    return std::nullopt;
  pollfd p{socket.get(), POLLOUT, 0};
  if (::poll(&p, 1, kWaitMs) != 1 || (p.revents & (POLLERR | POLLHUP)) != 0) return std::nullopt;
  if (protocol == "udp") ::send(socket.get(), "?", 1, MSG_NOSIGNAL);
  p.events = POLLIN;
  if (::poll(&p, 1, kWaitMs) != 1) return std::nullopt;
  char buffer[64];
  const ssize_t n = ::recv(socket.get(), buffer, sizeof buffer, 0);
  if (n <= 0) return std::nullopt;
  return std::string(buffer, static_cast<std::size_t>(n));
}

std::optional<std::string> ask_from(const Box& box, const std::string& protocol,
                                    const std::string& address, int port) {
  auto text = box.run([&] { return ask(protocol, address, port).value_or("-"); });
  if (text == "-") return std::nullopt;
  return text;
}

}  // namespace lab
