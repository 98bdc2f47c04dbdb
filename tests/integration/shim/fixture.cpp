#include "fixture.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/rootfs/rootfs.hpp"
#include "libcontainer/security/capabilities.hpp"

namespace support {

using namespace hexad;

namespace {

// The part of JSON strings that the log uses and the tests need.
std::string unescape(std::string_view s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\') {
      out.push_back(s[i]);
      continue;
    }
    const char c = s[++i];
    if (c == 'u') {
      out.push_back(static_cast<char>(std::stoi(std::string(s.substr(i + 3, 2)), nullptr, 16)));
      i += 4;
    } else {
      out.push_back(c == 'n' ? '\n' : c == 'r' ? '\r' : c);
    }
  }
  return out;
}

void make_layer(const std::string& layer) {
  namespace fs = std::filesystem;
  for (const char* dir : {"bin", "etc", "tmp", "root", "home/joe"})
    fs::create_directories(layer + "/" + dir);
  fs::permissions(layer + "/tmp", fs::perms::all | fs::perms::sticky_bit);
  fs::copy_file("/bin/busybox", layer + "/bin/busybox");
  for (const char* applet :
       {"sh",   "true", "false", "cat", "echo",  "id",   "sleep", "ps",       "tty",
        "stty", "kill", "ls",    "seq", "head",  "pwd",  "env",   "hostname", "readlink",
        "wc",   "stat", "touch", "ip",  "mount", "grep", "cut",   "dd",       "tr"})
    fs::create_symlink("busybox", layer + "/bin/" + applet);
  const auto put = [&layer](const char* name, const std::string& text) {
    REQUIRE(write_file_atomic(layer + name, text, 0644));
  };
  put("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\njoe:x:1000:1000::/home/joe:/bin/sh\n");
  put("/etc/group", "root:x:0:\njoe:x:1000:\nwheel:x:10:joe,root\n");
  put("/etc/plain", "not a program\n");
  put("/bin/noformat", "x");
  fs::permissions(layer + "/bin/noformat", fs::perms(0755));
}

}  // namespace

int shim_program() {
  static const UniqueFd program = [] {
    auto bytes = read_file(HEXAD_SHIM);
    REQUIRE(bytes);
    auto fd = sealed_memfd("hexad-shim", *bytes, true);
    REQUIRE(fd);
    return std::move(*fd);
  }();
  return program.get();
}

Box::Box() {
  layer_ = dir_.dir("layer");
  make_layer(layer_);
  auto opened = open_at(AT_FDCWD, dir_.dir("exec"), O_PATH | O_DIRECTORY);
  REQUIRE(opened);
  exec_dir_ = std::move(*opened);
  spec.id = random_hex(32);
  spec.hostname = "hxt-box";
  spec.rootfs.lower = {layer_};
  spec.rootfs.upper = dir_.dir("upper");
  spec.rootfs.work = dir_.dir("work");
  spec.rootfs.masked_paths = rootfs::default_masked_paths();
  spec.rootfs.readonly_paths = rootfs::default_readonly_paths();
  spec.process.env = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"};
  const auto own = security::own_bounding_set();
  REQUIRE(own);
  spec.process.caps = security::process_capabilities(security::kDefaultCapabilities & *own);
  spec.log_path = dir_.path() + "/json.log";
}

Box::~Box() {
  if (shim.process()) {
    if (!ended_) {
      static_cast<void>(hexad::shim::send_signal(exec_dir_.get(), {"", SIGKILL}));
      static_cast<void>(shim.receive_exit());
    }
    if (!shim.finish()) shim.abort();
  }
}

bool Box::start(std::vector<shim::AttachedViewer> viewers) {
  const auto before = std::chrono::steady_clock::now();
  const auto spawned_by = shim_program();
  auto spawned = shim::Shim::spawn(spawned_by, exec_dir_.get());
  REQUIRE(spawned);
  shim = std::move(*spawned);
  shim::StartInput input = std::move(extra);
  input.spec = spec;
  input.viewers = std::move(viewers);
  if (!shim.start(std::move(input), failure) || !shim.wait_ready(failure) || !shim.go(failure)) {
    shim.abort();
    shim = {};
    return false;
  }
  start_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before).count();
  return true;
}

int Box::wait() {
  auto exit = shim.receive_exit();
  ended_ = true;
  return exit ? exit->code : -1;
}

Outcome Box::run(std::vector<std::string> argv) {
  spec.process.argv = std::move(argv);
  Outcome outcome;
  if (!start()) {
    outcome.failure = failure.message;
    return outcome;
  }
  outcome.code = wait();
  outcome.out = logged("stdout");
  outcome.err = logged("stderr");
  CHECK(shim.finish());
  shim = {};
  return outcome;
}

std::string Box::log() const {
  auto text = read_file(spec.log_path);
  return text ? *text : std::string();
}

std::string Box::logged(const std::string& stream) const {
  std::string out;
  const std::string text = log();
  for (const auto one : split(text, '\n')) {
    const auto end = one.find("\",\"stream\":\"" + stream + "\"");
    if (end != std::string_view::npos) out += unescape(one.substr(8, end - 8));
  }
  return out;
}

Connection connection() {
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

std::string read_until(int fd, const std::string& text, int ms) {
  std::string out;
  char bytes[4096];
  while (text.empty() || out.find(text) == std::string::npos) {
    auto ready = poll_one(fd, POLLIN, ms);
    if (!ready || !*ready) return out;
    const ssize_t n = ::read(fd, bytes, sizeof bytes);
    if (n <= 0) return out;
    out.append(bytes, static_cast<std::size_t>(n));
  }
  return out;
}

std::string read_until_closed(int fd, int ms) { return read_until(fd, {}, ms); }

std::string unframe(const std::string& bytes, int stream) {
  std::string out;
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    const auto byte = [&bytes, at](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i]));
    };
    const std::size_t size = byte(4) << 24U | byte(5) << 16U | byte(6) << 8U | byte(7);
    if (stream == 0 || byte(0) == static_cast<std::size_t>(stream))
      out += bytes.substr(at + 8, size);
    at += 8 + size;
  }
  return out;
}

process::ProcessSpec process_of(std::vector<std::string> argv) {
  process::ProcessSpec process;
  process.argv = std::move(argv);
  process.env = {"PATH=/bin"};
  const auto own = security::own_bounding_set();
  process.caps = security::process_capabilities(security::kDefaultCapabilities & *own);
  return process;
}

Executed exec_in(const Box& box, process::ProcessSpec process) {
  Executed done;
  auto pair = connection();
  shim::ExecRequest request;
  request.id = random_hex(32);
  request.viewer.want_stdout = request.viewer.want_stderr = true;
  request.viewer.framed = !process.tty;
  const bool framed = request.viewer.framed;
  request.process = std::move(process);
  auto exec = shim::exec(box.exec_dir(), request, pair.theirs, done.failure);
  if (!exec) return done;
  done.started = true;
  const std::string bytes = read_until_closed(pair.ours.get());
  done.output = framed ? unframe(bytes) : bytes;
  auto exit = shim::receive_exec_exit(exec->watch.get());
  done.code = exit ? exit->code : -1;
  return done;
}

}  // namespace support
