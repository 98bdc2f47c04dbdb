#include "libcontainer/base/io.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <cstdlib>

#include "libcontainer/base/pidfd.hpp"

using namespace hexad;

namespace {

struct TempDir {
  std::string path = "/tmp/hxt-io-XXXXXX";
  TempDir() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~TempDir() { (void)remove_tree(path); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
};

}  // namespace

TEST_CASE("a symlink in a root cannot lead out of it") {
  TempDir dir;
  REQUIRE(make_dir(dir.path + "/root", 0700));
  REQUIRE(write_file_atomic(dir.path + "/secret", "s", 0600));
  REQUIRE(::symlink("/../secret", (dir.path + "/root/link").c_str()) == 0);
  auto root = open_at(AT_FDCWD, dir.path + "/root", O_PATH | O_DIRECTORY);
  REQUIRE(root);
  const auto out = open_in_root(root->get(), "link", O_RDONLY);
  REQUIRE_FALSE(out);
  CHECK(out.error().sys_errno == ENOENT);
  REQUIRE(::symlink("/a", (dir.path + "/root/var").c_str()) == 0);
  REQUIRE(make_dir(dir.path + "/root/a", 0700));
  CHECK(mkdirs_in_root(root->get(), "/var/b/c", 0755));
  CHECK(path_exists(dir.path + "/root/a/b/c"));
}

TEST_CASE("messages carry descriptors") {
  auto pair = seqpacket_pair();
  REQUIRE(pair);
  auto pipes = pipe_pair();
  REQUIRE(pipes);
  const int fd = pipes->second.get();
  REQUIRE(send_message(pair->first.get(), "hello", std::span(&fd, 1)));
  auto got = receive_message(pair->second.get());
  REQUIRE(got);
  CHECK(got->bytes == "hello");
  REQUIRE(got->fds.size() == 1);
  REQUIRE(write_all(got->fds[0].get(), "x"));
  pair->first.reset();
  auto end = receive_message(pair->second.get());
  REQUIRE(end);
  CHECK(end->bytes.empty());
}

TEST_CASE("a socket below a very long folder can be bound and reached") {
  TempDir dir;
  const std::string deep = dir.path + "/" + std::string(120, 'a');
  REQUIRE(make_dir(deep, 0700));
  auto folder = open_at(AT_FDCWD, deep, O_PATH | O_DIRECTORY);
  REQUIRE(folder);
  auto listener = listen_unix_at(folder->get(), "shim.sock", SOCK_SEQPACKET, 4);
  REQUIRE(listener);
  CHECK(connect_unix_at(folder->get(), "shim.sock", SOCK_SEQPACKET));
}

TEST_CASE("a sealed memfd cannot be written") {
  auto fd = sealed_memfd("t", "abc", false);
  REQUIRE(fd);
  CHECK(read_all(fd->get()).value() == "abc");
  CHECK_FALSE(write_all(fd->get(), "x"));
}

TEST_CASE("a process is identified by pid and start time") {
  const auto self = identify(::getpid());
  REQUIRE(self);
  CHECK(Pidfd::open(*self));
  const auto other = Pidfd::open(ProcessId{self->pid, self->start_time + 1});
  REQUIRE_FALSE(other);
  CHECK(other.error().sys_errno == ESRCH);
}

TEST_CASE("remove_tree takes links away and leaves what they point to") {
  TempDir dir;
  REQUIRE(make_dirs(dir.path + "/t/a/b", 0700));
  REQUIRE(write_file_atomic(dir.path + "/keep", "k", 0600));
  REQUIRE(::symlink("../keep", (dir.path + "/t/l").c_str()) == 0);
  REQUIRE(remove_tree(dir.path + "/t"));
  CHECK_FALSE(path_exists(dir.path + "/t"));
  CHECK(path_exists(dir.path + "/keep"));
  CHECK(remove_tree(dir.path + "/t"));
}
