#include "libcontainer/shim/client.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>

#include "libcontainer/base/io.hpp"
#include "libcontainer/shim/exitfile.hpp"
#include "libcontainer/shim/messages.hpp"

namespace hexad::shim {

namespace {

constexpr const char* kSocketName = "shim.sock";
constexpr int kStartMs = 60'000;   // a mount of a slow file system, a large copy into a volume
constexpr int kAnswerMs = 10'000;  // anything else
constexpr int kEndMs = 10'000;
constexpr int kSpawnFds = 10;  // descriptors for the child are moved above its fixed ones

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions); }
  posix_spawn_file_actions_t actions;
};

class SpawnAttributes {
 public:
  SpawnAttributes() { ::posix_spawnattr_init(&attributes); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes); }
  posix_spawnattr_t attributes;
};

Result<UniqueFd> move_up(int fd) {
  UniqueFd out(::fcntl(fd, F_DUPFD_CLOEXEC, kSpawnFds));
  if (!out) return sys_fail("dup");
  return out;
}

Result<pid_t> spawn_shim(int program, int control, int exec_dir) {
  const auto high_program = TRY(move_up(program));
  const auto high_control = TRY(move_up(control));
  const auto high_dir = TRY(move_up(exec_dir));
  SpawnActions a;
  ::posix_spawn_file_actions_addopen(&a.actions, 0, "/dev/null", O_RDWR, 0);
  ::posix_spawn_file_actions_adddup2(&a.actions, 0, 1);
  ::posix_spawn_file_actions_adddup2(&a.actions, 0, 2);
  ::posix_spawn_file_actions_adddup2(&a.actions, high_control.get(), 3);
  ::posix_spawn_file_actions_adddup2(&a.actions, high_dir.get(), 4);
  SpawnAttributes attr;
  sigset_t all;
  ::sigfillset(&all);
  // An exec resets handlers by itself; these a daemon may be told to ignore.
  sigset_t ignorable;
  ::sigemptyset(&ignorable);
  for (const int signo : {SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2})
    ::sigaddset(&ignorable, signo);
  ::posix_spawnattr_setsigdefault(&attr.attributes, &ignorable);
  ::posix_spawnattr_setsigmask(&attr.attributes, &all);  // it blocks everything anyway
  ::posix_spawnattr_setflags(
      &attr.attributes,
      static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  const std::string path = fmt::format("/proc/self/fd/{}", high_program.get());
  char name[] = "hexad-shim";
  char* argv[] = {name, nullptr};
  char* env[] = {nullptr};
  pid_t pid = 0;
  const int err = ::posix_spawn(&pid, path.c_str(), &a.actions, &attr.attributes, argv, env);
  if (err != 0) {
    errno = err;
    return sys_fail("start the shim");
  }
  return pid;
}

// The next packet, or EPIPE; ETIMEDOUT after `ms`.
Result<process::Packet> next_packet(int sock, int ms) {
  if (!TRY(poll_one(sock, POLLIN, ms))) {
    errno = ETIMEDOUT;
    return sys_fail("the shim does not answer");
  }
  auto packet = TRY(process::receive_packet(sock));
  if (!packet) {
    errno = EPIPE;
    return sys_fail("the shim has ended");
  }
  return std::move(*packet);
}

// Waits for `wanted`; a `failed` becomes an error (and fills `failure`).
Result<process::Packet> expect(int sock, Op wanted, int ms, Failure& failure) {
  auto packet = next_packet(sock, ms);
  if (!packet) {
    failure = process::make_failure("shim", packet.error());
    return packet;
  }
  if (packet->op == static_cast<std::uint8_t>(wanted)) return packet;
  auto told = packet->op == static_cast<std::uint8_t>(Op::failed)
                  ? process::decode<Failure>(packet->body)
                  : std::nullopt;
  failure =
      told ? std::move(*told)
           : Failure{"shim", EPROTO, fmt::format("unexpected message {} of the shim", packet->op)};
  return tl::unexpected<Error>(Error{Code::internal, failure.sys_errno, failure.message});
}

template <class T>
Result<T> decode_body(const process::Packet& packet) {
  auto value = process::decode<T>(packet.body);
  if (!value) return fail(Code::internal, "malformed message {} of the shim", packet.op);
  return std::move(*value);
}

void collect(const Pidfd& process) {
  siginfo_t info{};
  // ECHILD for a shim of an earlier daemon, which is not our child.
  if (process)
    ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process.get()), &info,
             WEXITED | WNOHANG);
}

Result<> wait_end(const Pidfd& process) {
  if (!process) return {};
  if (!TRY(process.wait_ended(kEndMs))) {
    static_cast<void>(process.signal(SIGKILL));
    errno = ETIMEDOUT;
    return sys_fail("the shim does not end");
  }
  collect(process);
  return {};
}

Result<UniqueFd> dial(int exec_dir) {
  return connect_unix_at(exec_dir, kSocketName, SOCK_SEQPACKET);
}

}  // namespace

Shim::~Shim() {
  if (process_) collect(process_);
}

Result<Shim> Shim::spawn(int program, int exec_dir) {
  auto pair = TRY(seqpacket_pair());
  const pid_t pid = TRY(spawn_shim(program, pair.second.get(), exec_dir));
  Shim shim;
  shim.control_ = std::move(pair.first);
  auto process = Pidfd::open(pid);
  if (!process) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return pass(std::move(process).error());
  }
  shim.process_ = std::move(*process);
  return shim;
}

Result<Shim> Shim::connect(int exec_dir) {
  Shim shim;
  shim.control_ = TRY(dial(exec_dir));
  // Who listens: the credentials of listen(2), so the shim itself.
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(shim.control_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return sys_fail("SO_PEERCRED");
  shim.process_ = TRY(Pidfd::open(peer.pid));
  TRY(send(shim.control_.get(), Op::hello));
  Failure failure;
  auto packet = TRY(expect(shim.control_.get(), Op::status, kAnswerMs, failure));
  shim.status_ = TRY(decode_body<Status>(packet));
  return shim;
}

namespace {

// A bound for one message: SCM_MAX_FD, less the memfd of a large body.
constexpr std::size_t kFdsPerMessage = 250;

Result<> send_held(int sock, const std::vector<UniqueFd>& held) {
  for (std::size_t at = 0; at < held.size(); at += kFdsPerMessage) {
    std::vector<int> fds;
    for (std::size_t i = at; i < held.size() && i < at + kFdsPerMessage; ++i)
      fds.push_back(held[i].get());
    TRY(send(sock, Op::hold, Nothing{}, fds));
  }
  return {};
}

}  // namespace

Result<Cloned> Shim::start(StartInput input, Failure& failure) {
  failure = {"shim", 0, "the shim has ended"};
  TRY(send_held(control_.get(), input.held));
  StartRequest request;
  request.spec = std::move(input.spec);
  std::vector<int> fds;
  const auto add = [&fds](const UniqueFd& fd) {
    if (fd) fds.push_back(fd.get());
    return static_cast<bool>(fd);
  };
  for (const auto& fd : input.cgroup_tasks) add(fd);
  request.fds.cgroup_tasks = static_cast<std::uint32_t>(input.cgroup_tasks.size());
  request.fds.cgroup_v2 = add(input.cgroup_v2);
  request.fds.join_net = add(input.join_net);
  request.fds.join_pid = add(input.join_pid);
  request.fds.join_ipc = add(input.join_ipc);
  request.fds.join_shm = add(input.join_shm);
  for (auto& viewer : input.viewers) {
    add(viewer.connection);
    request.viewers.push_back(viewer.viewer);
  }
  request.fds.viewers = static_cast<std::uint32_t>(input.viewers.size());
  TRY(send(control_.get(), Op::start, request, fds));
  auto packet = TRY(expect(control_.get(), Op::cloned, kStartMs, failure));
  Cloned out;
  status_ = TRY(decode_body<Status>(packet));
  out.pid = status_.pid;
  if (!packet.fds.empty()) out.rtnetlink = std::move(packet.fds.front());
  return out;
}

Result<> Shim::wait_ready(Failure& failure) {
  TRY(expect(control_.get(), Op::ready, kStartMs, failure));
  return {};
}

Result<Status> Shim::go(Failure& failure) {
  failure = {"shim", EPIPE, "the shim has ended"};
  TRY(send(control_.get(), Op::go));
  auto packet = TRY(expect(control_.get(), Op::started, kStartMs, failure));
  status_ = TRY(decode_body<Status>(packet));
  return status_;
}

void Shim::abort() noexcept {
  if (control_) static_cast<void>(send(control_.get(), Op::abort));
  control_.reset();
  if (process_ && !wait_end(process_)) collect(process_);
}

Result<Exit> Shim::receive_exit() {
  Failure failure;
  auto packet = expect(control_.get(), Op::exited, kAnswerMs, failure);
  if (!packet) {
    if (packet.error().sys_errno == EPIPE) collect(process_);
    return pass(std::move(packet).error());
  }
  return decode_body<Exit>(*packet);
}

Result<> Shim::finish() {
  auto sent = send(control_.get(), Op::finish);
  // EPIPE: it has ended already, which is what is wanted.
  if (!sent && sent.error().sys_errno != EPIPE) return sent;
  while (sent) {
    auto packet = next_packet(control_.get(), kAnswerMs);
    if (!packet) {
      if (packet.error().sys_errno == EPIPE || packet.error().sys_errno == ECONNRESET) break;
      return pass(std::move(packet).error());
    }
    if (packet->op == static_cast<std::uint8_t>(Op::done)) break;
    if (packet->op == static_cast<std::uint8_t>(Op::failed))
      return fail(Code::conflict, "the container has not ended");
  }
  control_.reset();
  return wait_end(process_);
}

namespace {

template <class T>
Result<> ask(int exec_dir, Op op, const T& body, const std::vector<int>& fds = {}) {
  const auto sock = TRY(dial(exec_dir));
  TRY(send(sock.get(), op, body, fds));
  Failure failure;
  TRY(expect(sock.get(), Op::done, kAnswerMs, failure));
  return {};
}

}  // namespace

Result<> attach(int exec_dir, UniqueFd connection, const Viewer& viewer) {
  return ask(exec_dir, Op::attach, AttachRequest{viewer}, {connection.get()});
}

Result<> resize(int exec_dir, const Resize& size) { return ask(exec_dir, Op::resize, size); }

Result<> send_signal(int exec_dir, const Signal& signal) {
  return ask(exec_dir, Op::signal, signal);
}

Result<Exec> exec(int exec_dir, const ExecRequest& request, UniqueFd& connection,
                  Failure& failure) {
  failure = {"clone", ESRCH, "the container is not running: unknown"};
  Exec out;
  out.watch = TRY(dial(exec_dir));
  ExecRequest sent = request;
  sent.has_connection = static_cast<bool>(connection);
  std::vector<int> fds;
  if (connection) fds.push_back(connection.get());
  TRY(send(out.watch.get(), Op::exec, sent, fds));
  auto packet = TRY(expect(out.watch.get(), Op::started, kStartMs, failure));
  out.pid = TRY(decode_body<Status>(packet)).pid;
  connection.reset();
  return out;
}

Result<Exit> receive_exec_exit(int watch) {
  Failure failure;
  auto packet = TRY(expect(watch, Op::exited, kAnswerMs, failure));
  return decode_body<Exit>(packet);
}

Result<Exit> read_exit_file(int exec_dir) {
  const auto file = TRY(open_at(exec_dir, kExitFile, O_RDONLY));
  const auto text = TRY(read_all(file.get(), 256));
  const auto exit = parse_exit(text);
  if (!exit) return fail(Code::internal, "the exit file is malformed");
  return *exit;
}

}  // namespace hexad::shim
