#include "libcontainer/shim/supervisor.hpp"

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/process/sync.hpp"
#include "libcontainer/shim/exitfile.hpp"
#include "libcontainer/shim/messages.hpp"

namespace hexad::shim {

namespace {

constexpr const char* kSocketName = "shim.sock";
constexpr int kQuietMs = 2000;              // then memory of a burst is given back
constexpr std::int64_t kLingerMs = 30'000;  // for a viewer that takes nothing after the end

// The path in the "0::" line of /proc/PID/cgroup; cgroups(7).
std::string unified_path(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/cgroup", pid), 64U << 10);
  if (!text) return {};
  for (const auto line : split(*text, '\n')) {
    if (line.substr(0, 3) == "0::") return std::string(line.substr(3));
  }
  return {};
}

bool is_own_user(int sock) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

}  // namespace

Supervisor::Supervisor(Loop loop, UniqueFd exec_dir)
    : loop_(std::move(loop)), exec_dir_(std::move(exec_dir)) {}

Result<> Supervisor::start(UniqueFd control) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  signals_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) return sys_fail("signalfd");
  on_signal_ = std::make_unique<Ear>(*this, &Supervisor::reap);
  TRY(loop_.add(signals_.get(), EPOLLIN, on_signal_.get()));
  connections_.push_back(std::make_unique<Connection>(loop_, *this, std::move(control)));
  control_ = connections_.back().get();
  return control_->start();
}

int Supervisor::run() {
  int quiet = -1;
  bool busy = false;
  while (!stop_) {
    const int wanted = tick();
    if (stop_) break;
    quiet = busy ? kQuietMs : -1;
    const auto before = monotonic_ms();
    if (!loop_.run_once(wanted < 0 ? quiet : wanted)) return 1;
    if (wanted < 0 && busy && monotonic_ms() - before >= kQuietMs) {
      busy = false;
      if (streams_) streams_->relax();
      ::malloc_trim(0);
    } else {
      busy = true;
    }
  }
  // What has not been said to an exec'd process's or the container's viewers is still said.
  linger();
  return 0;
}

// After `finish`: a copy of the shim that holds nothing of the container delivers the rest, so that
// neither the daemon nor the file system waits for a slow reader.
void Supervisor::linger() {
  const bool waiting = (streams_ && streams_->has_viewers()) ||
                       std::any_of(execs_.begin(), execs_.end(),
                                   [](const auto& e) { return e->streams().has_viewers(); });
  if (!waiting || state_ != State::exited) return;
  // The copy shares the connections and the epoll instance: nothing is taken down here.
  if (::fork() > 0) ::_exit(0);
  mount_namespace_.reset();
  connections_.clear();
  control_ = nullptr;
  held_.clear();
  tasks_.clear();
  for (auto* fd : {&cgroup_v2_, &listener_, &signals_, &exec_dir_}) fd->reset();
  for (const auto& exec : execs_) exec->streams().end();
  for (;;) {
    const int wait = tick();
    if (wait < 0 || !loop_.run_once(wait)) return;
  }
}

// Housekeeping between two rounds. Milliseconds until the next is due, -1: none.
int Supervisor::tick() {
  int next = -1;
  const auto merge = [&next](int wanted) {
    if (wanted >= 0 && (next < 0 || wanted < next)) next = wanted;
  };
  for (auto& exec : execs_) {
    Child* child = exec->child();
    const auto it = std::find_if(orphans_.begin(), orphans_.end(), [child](const Orphan& o) {
      return child != nullptr && o.pid == child->pid();
    });
    if (it == orphans_.end()) continue;
    const Orphan orphan = *it;
    orphans_.erase(it);
    child->died(orphan.status, orphan.execed);
  }
  for (auto& exec : execs_) merge(exec->streams().tick(kLingerMs));
  if (streams_) merge(streams_->tick(kLingerMs));
  std::erase_if(execs_, [](const auto& e) { return e->is_done(); });
  const bool awaited = std::any_of(execs_.begin(), execs_.end(), [](const auto& e) {
    return e->child() != nullptr && e->child()->waits_for_pid();
  });
  if (!awaited) orphans_.clear();
  return next;
}

void Supervisor::reap() {
  std::array<signalfd_siginfo, 8> infos;
  while (::read(signals_.get(), infos.data(), sizeof infos) > 0) {
  }
  for (;;) {
    // Looked at before it is reaped: the name of a zombie tells whether it had exec'd.
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    const pid_t pid = info.si_pid;
    const bool execed = process::has_execed(pid);
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) return;
    child_died(pid, status, execed);
  }
}

void Supervisor::child_died(pid_t pid, int status, bool execed) {
  if (init_ && pid == init_->pid()) return init_->died(status, execed);
  for (auto& exec : execs_) {
    if (exec->child() != nullptr && exec->child()->pid() == pid)
      return exec->child()->died(status, execed);
  }
  // An exec helper, somebody's orphan (we are the sub-reaper), or a process whose pid comes later.
  const bool awaited = std::any_of(execs_.begin(), execs_.end(), [](const auto& e) {
    return e->child() != nullptr && e->child()->waits_for_pid();
  });
  if (awaited) orphans_.push_back({pid, status, execed});
}

void Supervisor::accept_connections() {
  for (;;) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return;
    if (!is_own_user(fd.get())) continue;
    auto connection = std::make_unique<Connection>(loop_, *this, std::move(fd));
    if (connection->start()) connections_.push_back(std::move(connection));
  }
}

void Supervisor::connection_lost(Connection& which) {
  const bool was_control = control_ == &which;
  if (was_control) control_ = nullptr;
  for (auto& exec : execs_) {
    if (exec->reply_to == &which) exec->reply_to = nullptr;
  }
  const auto it = std::find_if(connections_.begin(), connections_.end(),
                               [&which](const auto& c) { return c.get() == &which; });
  if (it != connections_.end()) {
    loop_.bury(std::move(*it));
    connections_.erase(it);
  }
  // The daemon died before it said `go`: nobody will ever ask for this container.
  if (was_control &&
      (state_ == State::idle || state_ == State::starting || state_ == State::ready)) {
    if (init_) init_->kill();
    stop_ = true;
  }
}

void Supervisor::child_netlink(UniqueFd socket) {
  if (control_ != nullptr) control_->reply(Op::cloned, status_, {socket.get()});
}

void Supervisor::child_terminal(UniqueFd master) {
  if (!streams_->set_terminal(std::move(master))) init_->kill();
}

void Supervisor::child_ready() {
  state_ = State::ready;
  if (control_ != nullptr) control_->reply(Op::ready);
}

void Supervisor::child_started() {
  state_ = State::running;
  status_.running = true;
  status_.started_at = now_ns();
  if (control_ != nullptr) control_->reply(Op::started, status_);
  // Environment and filter may be large; what an exec needs to know are the namespaces.
  spec_.process = {};
  spec_.rootfs = {};
}

void Supervisor::child_failed(const process::Failure& failure) {
  init_->kill();
  if (control_ != nullptr) control_->reply(Op::failed, failure);
  stop_ = true;
}

void Supervisor::child_ended(int code) {
  exit_ = {code, false, now_ns()};
  status_.running = false;
  status_.exited = true;
  status_.exit_code = code;
  status_.finished_at = exit_.finished_at;
  state_ = State::exited;
  // Who hears of the end may publish the same port at once.
  held_.clear();
  // The log is complete before anybody hears of the end.
  streams_->end();
  static_cast<void>(write_exit_file(exec_dir_.get(), exit_));
  if (control_ != nullptr) control_->reply(Op::exited, exit_);
}

std::vector<int> Supervisor::cgroup_tasks() const {
  std::vector<int> out;
  for (const auto& fd : tasks_) out.push_back(fd.get());
  return out;
}

// An init that manages cgroups itself (systemd) moves below, and a cgroup with controllers for its
// children takes no process any more (cgroup-v2.rst, "No Internal Process Constraint").
UniqueFd Supervisor::moved_cgroup() const {
  const std::string now = unified_path(status_.pid);
  const auto& old = cgroup_v2_path_;
  if (old.empty() || now.size() <= old.size() + 1 || now.compare(0, old.size(), old) != 0 ||
      now[old.size()] != '/')
    return {};
  auto fd =
      open_at(cgroup_v2_.get(), now.substr(old.size() + 1), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  return fd ? std::move(*fd) : UniqueFd();
}

Result<> Supervisor::take_start(StartRequest request, std::vector<UniqueFd> fds,
                                std::string_view& stage) {
  stage = "shim";
  std::size_t next = 0;
  const auto take = [&fds, &next](bool there) {
    return there && next < fds.size() ? std::move(fds[next++]) : UniqueFd();
  };
  const auto& f = request.fds;
  const std::size_t wanted = f.cgroup_tasks + std::size_t{f.cgroup_v2} + f.join_net + f.join_pid +
                             f.join_ipc + f.join_shm + f.viewers;
  if (wanted != fds.size() || f.viewers != request.viewers.size())
    return fail(Code::internal, "start: {} descriptors instead of {}", fds.size(), wanted);
  for (std::uint32_t i = 0; i < f.cgroup_tasks; ++i) tasks_.push_back(take(true));
  cgroup_v2_ = take(f.cgroup_v2);
  process::LaunchInput input;
  input.join_net = take(f.join_net);
  input.join_pid = take(f.join_pid);
  input.join_ipc = take(f.join_ipc);
  input.shm_owner = take(f.join_shm);
  std::vector<UniqueFd> clients;
  for (std::uint32_t i = 0; i < f.viewers; ++i) clients.push_back(take(true));

  spec_ = std::move(request.spec);
  stage = "log";
  if (!spec_.log_path.empty())
    log_ = std::make_unique<LogFile>(
        TRY(LogFile::open(spec_.log_path, spec_.log_max_size, spec_.log_max_files)));
  stage = "shim";
  streams_ = std::make_unique<Streams>(loop_, log_.get());
  const auto& process = spec_.process;
  input.spec = &spec_;
  input.stdio = TRY(streams_->open({process.tty, process.open_stdin, process.stdin_once}));
  input.cgroup_tasks = cgroup_tasks();
  input.cgroup_v2 = cgroup_v2_ ? cgroup_v2_.get() : -1;
  auto launched = TRY(process::launch(std::move(input), stage));
  status_.pid = launched.pid;
  state_ = State::starting;
  stage = "shim";
  init_pidfd_ = std::move(launched.pidfd);
  init_ = std::make_unique<Child>(loop_, *this, std::move(launched), true);
  TRY(init_->start());
  for (std::size_t i = 0; i < clients.size(); ++i)
    streams_->add_viewer(std::move(clients[i]), std::move(request.viewers[i]));
  return streams_->begin();
}

void Supervisor::on_start(Connection& from, process::Packet& packet) {
  if (state_ != State::idle)
    return from.reply(Op::failed, Failure{"shim", EBUSY, "already started: unknown"});
  auto request = process::decode<StartRequest>(packet.body);
  std::string_view stage = "shim";
  Result<> started = fail(Code::internal, "malformed start request");
  if (request && process::valid(request->spec))
    started = take_start(std::move(*request), std::move(packet.fds), stage);
  if (!started) {
    if (init_) init_->kill();
    from.reply(Op::failed, process::make_failure(stage, started.error()));
    stop_ = true;
    return;
  }
  // All of this beside init, which is at work by now.
  if (!(spec_.wire_network && spec_.ns.net == process::NsMode::own))
    from.reply(Op::cloned, status_);
  if (cgroup_v2_) cgroup_v2_path_ = unified_path(status_.pid);
  if (auto who = identify(status_.pid)) status_.start_time = who->start_time;
  auto held = open_at(AT_FDCWD, fmt::format("/proc/{}/ns/mnt", status_.pid), O_RDONLY);
  if (held) mount_namespace_ = std::move(*held);
  ::unlinkat(exec_dir_.get(), kSocketName, 0);
  auto listener = listen_unix_at(exec_dir_.get(), kSocketName, SOCK_SEQPACKET | SOCK_NONBLOCK, 64);
  on_connect_ = std::make_unique<Ear>(*this, &Supervisor::accept_connections);
  if (!listener || !loop_.add(listener->get(), EPOLLIN, on_connect_.get())) {
    child_failed({"shim", errno, "cannot listen on the shim's socket: unknown"});
    return;
  }
  listener_ = std::move(*listener);
}

}  // namespace hexad::shim
