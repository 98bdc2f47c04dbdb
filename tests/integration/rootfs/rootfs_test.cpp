// A container's root file system, made for real: each case forks a child with namespaces of its
// own, makes the root in it, and tells what it sees.
#include <fcntl.h>
#include <grp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <catch2/catch.hpp>
#include <functional>

#include "libcontainer/rootfs/overlay.hpp"
#include "libcontainer/rootfs/rootfs.hpp"
#include "tests/support/isolated.hpp"

using namespace hexad;
using namespace hexad::rootfs;
namespace fs = std::filesystem;

namespace {

constexpr int kAll = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

// A layer like a small image's, an upper and a work directory.
struct Image {
  support::TempDir temp;
  RootfsSpec spec;

  Image() {
    const std::string layer = temp.dir("layers/a");
    for (const char* name : {"/bin", "/etc", "/run", "/var", "/tmp", "/data"})
      fs::create_directory(layer + name);
    fs::create_symlink("/run", layer + "/var/run");
    temp.write("layers/a/etc/motd", "hello\n");
    fs::permissions(layer + "/tmp", fs::perms::all | fs::perms::sticky_bit);
    spec.lower = {layer};
    spec.upper = temp.dir("c/upper");
    spec.work = temp.dir("c/work");
    spec.masked_paths = default_masked_paths();
    spec.readonly_paths = default_readonly_paths();
  }
  [[nodiscard]] std::string layer() const { return spec.lower.front(); }

  // Makes the root, enters it and runs `look` there.
  std::string run(const std::function<std::string()>& look, int namespaces = kAll) const {
    return support::in_child(namespaces, [&]() -> std::string {
      auto root = mount_all(spec, {});
      if (!root) return "mount_all: " + root.error().message;
      if (auto entered = enter(root->get()); !entered) return "enter: " + entered.error().message;
      if (auto done = finish(spec); !done) return "finish: " + done.error().message;
      return look();
    });
  }
};

Mount bound(std::string from, std::string to, std::uint64_t flags = 0) {
  Mount mount;
  mount.source = std::move(from);
  mount.target = std::move(to);
  mount.flags = flags;
  return mount;
}

std::string text_of(const std::string& path) {
  auto text = read_file(path);
  return text ? *text : "(" + text.error().message + ")";
}

std::string write_errno(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  return fd ? "ok" : ::strerrorname_np(errno);
}

// Lines of mountinfo: "<mount point> <per-mount options> - <type>".
std::string mounts() {
  std::string out;
  const std::string table = text_of("/proc/self/mountinfo");
  for (std::string_view line : split(table, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() < 8) continue;
    out.append(fields[4]).append(" ").append(fields[5]);
    for (std::size_t i = 6; i < fields.size(); ++i) out.append(" ").append(fields[i]);
    out.push_back('\n');
  }
  return out;
}

}  // namespace

TEST_CASE("the old root is gone and the image is what one sees") {
  if (!support::need_root()) return;
  const Image image;
  const std::string seen = image.run([] {
    std::string out = text_of("/etc/motd");
    out += mounts();
    out += fs::exists("/work") ? "host!" : "";
    return out;
  });
  INFO(seen);
  CHECK(seen.starts_with("hello\n"));
  CHECK(seen.find("/ rw,relatime - overlay overlay") != std::string::npos);
  CHECK(seen.find("/proc rw,nosuid,nodev,noexec,relatime - proc proc") != std::string::npos);
  CHECK(seen.find("/sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs") != std::string::npos);
  CHECK(seen.find("/dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755") != std::string::npos);
  CHECK(seen.find(
            "/dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620,ptmxmode=666") !=
        std::string::npos);
  CHECK(seen.find("/dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k") !=
        std::string::npos);
  CHECK(seen.find("/dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue") !=
        std::string::npos);
  CHECK(seen.find("shared:") == std::string::npos);
  CHECK(seen.find("host!") == std::string::npos);
}

TEST_CASE("/dev has Docker's nodes and links") {
  if (!support::need_root()) return;
  const Image image;
  const std::string seen = image.run([] {
    std::string out;
    for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
      struct stat st {};
      ::stat((std::string("/dev/") + name).c_str(), &st);
      out += fmt::format("{} {:o} {}:{}\n", name, st.st_mode, ::major(st.st_rdev),
                         ::minor(st.st_rdev));
    }
    for (const char* name : {"fd", "stdin", "stdout", "stderr", "ptmx"})
      out += std::string(name) + " -> " + fs::read_symlink(std::string("/dev/") + name).string() +
             "\n";
    return out;
  });
  CHECK(seen ==
        "null 20666 1:3\nzero 20666 1:5\nfull 20666 1:7\nrandom 20666 1:8\nurandom 20666 1:9\ntty "
        "20666 5:0\n"
        "fd -> /proc/self/fd\nstdin -> /proc/self/fd/0\nstdout -> /proc/self/fd/1\n"
        "stderr -> /proc/self/fd/2\nptmx -> pts/ptmx\n");
}

TEST_CASE("masked paths cannot be read and read-only ones not written") {
  if (!support::need_root()) return;
  const Image image;
  const std::string seen = image.run([] {
    std::string out;
    for (const std::string& path : default_masked_paths()) {
      struct stat st {};
      if (::stat(path.c_str(), &st) != 0) continue;
      if (S_ISDIR(st.st_mode)) {
        if (!fs::is_empty(path)) out += "visible: " + path + "\n";
        if (write_errno(path + "/x") != "EROFS") out += "writable: " + path + "\n";
      } else if (st.st_rdev != ::makedev(1, 3)) {
        out += "not masked: " + path + "\n";
      }
    }
    for (const std::string& path : default_readonly_paths()) {
      struct stat st {};
      if (::stat(path.c_str(), &st) != 0) continue;
      struct statfs sfs {};
      ::statfs(path.c_str(), &sfs);
      if ((sfs.f_flags & ST_RDONLY) == 0) out += "not read-only: " + path + "\n";
    }
    return out + write_errno("/proc/sys/kernel/core_pattern");
  });
  CHECK(seen == "EROFS");
}

TEST_CASE("a privileged root has nothing masked, writable sysfs and the host's devices") {
  if (!support::need_root()) return;
  Image image;
  image.spec.privileged = true;
  const auto devices = host_devices();
  REQUIRE(devices);
  const std::string seen = image.run([&] {
    std::string out = mounts();
    for (const DeviceNode& node : *devices)
      if (!fs::exists(node.path)) out += "missing " + node.path + "\n";
    struct stat st {};
    ::stat("/proc/interrupts", &st);
    return out + (S_ISREG(st.st_mode) ? "plain" : "masked");
  });
  INFO(seen);
  CHECK(seen.find("/sys rw,") != std::string::npos);
  CHECK(seen.find("missing") == std::string::npos);
  CHECK(seen.ends_with("plain"));
  CHECK(devices->size() > 5);
}

TEST_CASE("a bind through a link of the image lands inside the root") {
  if (!support::need_root()) return;
  Image image;
  const std::string source = image.temp.dir("src");
  image.temp.write("src/file", "bound");
  // An absolute link, one with too many "..", a dangling one, and one that names the host's /proc.
  fs::create_symlink("/nowhere/deep", image.layer() + "/dangling");
  fs::create_symlink("../../../../../../tmp", image.layer() + "/up");
  fs::create_symlink("/proc/self/root/tmp", image.layer() + "/magic");
  image.spec.mounts = {bound(source, "/var/run/app"), bound(source, "/dangling/x"),
                       bound(source, "/up/y"), bound(source + "/file", "/etc/new/file")};
  const std::string seen = image.run([] {
    return text_of("/run/app/file") + "," + text_of("/nowhere/deep/x/file") + "," +
           text_of("/tmp/y/file") + "," + text_of("/etc/new/file");
  });
  CHECK(seen == "bound,bound,bound,bound");
  CHECK_FALSE(fs::exists("/tmp/y"));
  CHECK_FALSE(fs::exists("/nowhere"));

  image.spec.mounts = {bound(source, "/magic/z")};
  const std::string refused = image.run([] { return std::string("mounted"); });
  INFO(refused);
  CHECK(refused.find("error mounting") != std::string::npos);
  CHECK_FALSE(fs::exists("/tmp/z"));
}

TEST_CASE("an image cannot place the standard mounts outside of the root") {
  if (!support::need_root()) return;
  const Image image;
  fs::create_symlink("/../../../../../../../tmp", image.layer() + "/dev");
  fs::create_symlink("/tmp/../../../..", image.layer() + "/sys");
  const std::string before = text_of("/proc/self/mountinfo");
  const std::string seen = image.run([] { return mounts(); });
  INFO(seen);
  CHECK(seen.find("/tmp rw,nosuid - tmpfs") != std::string::npos);
  CHECK(text_of("/proc/self/mountinfo") == before);
}

TEST_CASE("nothing may be mounted over /proc but what lxcfs provides") {
  if (!support::need_root()) return;
  Image image;
  image.temp.write("cpuinfo", "fake");
  image.temp.dir("src");
  const auto outcome = [&](Mount mount) {
    image.spec.mounts = {std::move(mount)};
    return image.run([] { return text_of("/proc/cpuinfo"); });
  };
  CHECK(outcome(bound(image.temp.path() + "/cpuinfo", "/proc/cpuinfo")) == "fake");
  fs::create_symlink("/proc", image.layer() + "/hidden");
  for (const char* target : {"/proc/sys", "/hidden/sys", "/proc/1"}) {
    const std::string seen = outcome(bound(image.temp.path() + "/src", target));
    INFO(seen);
    CHECK(seen.find("cannot be mounted because it is inside /proc") != std::string::npos);
  }
}

TEST_CASE("a read-only bind is so for the mounts below it as well") {
  if (!support::need_root()) return;
  Image image;
  const std::string source = image.temp.dir("src");
  image.temp.dir("src/below");
  image.spec.mounts = {bound(source, "/data", MS_RDONLY)};
  const std::string seen = support::in_child(kAll, [&]() -> std::string {
    ::mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr);
    if (::mount("tmpfs", (source + "/below").c_str(), "tmpfs", 0, nullptr) != 0) return "no tmpfs";
    auto root = mount_all(image.spec, {});
    if (!root) return root.error().message;
    if (!enter(root->get())) return "enter";
    return write_errno("/data/x") + write_errno("/data/below/x");
  });
  CHECK(seen == "EROFSEROFS");
}

TEST_CASE("propagation: a shared bind carries mounts both ways, a slave only inwards") {
  if (!support::need_root()) return;
  Image image;
  const std::string source = image.temp.dir("src");
  image.temp.dir("src/in");
  image.temp.dir("src/out");
  const auto outcome = [&](Propagation propagation) {
    image.spec.mounts = {bound(source, "/data")};
    image.spec.mounts[0].propagation = propagation;
    return support::in_child(CLONE_NEWNS, [&]() -> std::string {
      ::mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr);
      ::mount(source.c_str(), source.c_str(), nullptr, MS_BIND, nullptr);
      ::mount(nullptr, source.c_str(), nullptr, MS_SHARED, nullptr);
      auto go = pipe_pair();
      auto inner = pipe_pair();
      const pid_t pid = ::fork();
      if (pid == 0) {
        ::unshare(CLONE_NEWNS | CLONE_NEWNET);
        auto root = mount_all(image.spec, {});
        if (!root || !enter(root->get())) ::_exit(1);
        ::mount("tmpfs", "/data/out", "tmpfs", 0, nullptr);
        static_cast<void>(write_all(inner->second.get(), "x"));
        char c = 0;
        static_cast<void>(::read(go->first.get(), &c, 1));
        ::_exit(text_of("/data/in/file") == "late" ? 42 : 43);
      }
      char c = 0;
      inner->second.reset();
      static_cast<void>(::read(inner->first.get(), &c, 1));
      ::mount("tmpfs", (source + "/in").c_str(), "tmpfs", 0, nullptr);
      static_cast<void>(write_file_atomic(source + "/in/file", "late", 0644));
      struct statfs st {};
      ::statfs((source + "/out").c_str(), &st);
      const bool outwards = st.f_type == 0x01021994;  // TMPFS_MAGIC
      static_cast<void>(write_all(go->second.get(), "x"));
      int status = 0;
      ::waitpid(pid, &status, 0);
      return fmt::format("in={} out={}", WEXITSTATUS(status) == 42, outwards);
    });
  };
  CHECK(outcome(Propagation::rprivate) == "in=false out=false");
  CHECK(outcome(Propagation::rslave) == "in=true out=false");
  CHECK(outcome(Propagation::rshared) == "in=true out=true");
}

TEST_CASE("a tmpfs keeps the mode of the image's directory, or has its own") {
  if (!support::need_root()) return;
  Image image;
  fs::permissions(image.layer() + "/data", fs::perms(0710));
  Mount over;
  over.kind = MountKind::tmpfs;
  over.target = "/data";
  over.flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  Mount fresh = over;
  fresh.target = "/fresh";
  Mount sized = over;
  sized.target = "/sized";
  sized.options = "size=1m,mode=0700";
  image.spec.mounts = {over, fresh, sized};
  const std::string seen = image.run([] {
    std::string out;
    for (const char* path : {"/data", "/fresh", "/sized"}) {
      struct stat st {};
      ::stat(path, &st);
      out += fmt::format("{:o} ", st.st_mode & 07777U);
    }
    return out + mounts();
  });
  INFO(seen);
  CHECK(seen.starts_with("710 1777 700 "));
  CHECK(seen.find("/sized rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=1024k,mode=700") !=
        std::string::npos);
}

TEST_CASE(
    "a new volume is filled from the image, with owners, modes, links, holes and attributes") {
  if (!support::need_root()) return;
  Image image;
  const std::string data = image.layer() + "/data";
  image.temp.write("layers/a/data/file", "content");
  ::chmod((data + "/file").c_str(), 04750);
  ::lchown((data + "/file").c_str(), 12, 34);
  ::chmod((data + "/file").c_str(), 04750);
  ::setxattr((data + "/file").c_str(), "user.color", "blue", 4, 0);
  fs::create_hard_link(data + "/file", data + "/twin");
  fs::create_symlink("/etc/passwd", data + "/link");
  fs::create_directory(data + "/sub");
  ::chown((data + "/sub").c_str(), 5, 6);
  ::mkfifo((data + "/sub/fifo").c_str(), 0600);
  ::mknod((data + "/sub/null").c_str(), S_IFCHR | 0666, ::makedev(1, 3));
  {
    const UniqueFd sparse(::open((data + "/sparse").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    REQUIRE(::ftruncate(sparse.get(), 64 << 20) == 0);
    REQUIRE(::pwrite(sparse.get(), "end", 3, (64 << 20) - 3) == 3);
  }
  ::chown(data.c_str(), 99, 100);
  ::chmod(data.c_str(), 0750);
  const std::string volume = image.temp.dir("volume");
  image.spec.mounts = {bound(volume, "/data")};
  image.spec.mounts[0].copy_up = true;
  CHECK(image.run([] { return text_of("/data/file"); }) == "content");

  struct stat st {};
  REQUIRE(::lstat(volume.c_str(), &st) == 0);
  CHECK((st.st_mode & 07777U) == 0750);
  CHECK(st.st_uid == 99);
  REQUIRE(::lstat((volume + "/file").c_str(), &st) == 0);
  CHECK((st.st_mode & 07777U) == 04750);
  CHECK(st.st_uid == 12);
  CHECK(st.st_gid == 34);
  CHECK(st.st_nlink == 2);
  char value[8] = {};
  CHECK(::getxattr((volume + "/twin").c_str(), "user.color", value, sizeof value) == 4);
  CHECK(fs::read_symlink(volume + "/link") == "/etc/passwd");
  REQUIRE(::lstat((volume + "/sub").c_str(), &st) == 0);
  CHECK(st.st_uid == 5);
  REQUIRE(::lstat((volume + "/sub/fifo").c_str(), &st) == 0);
  CHECK(S_ISFIFO(st.st_mode));
  REQUIRE(::lstat((volume + "/sub/null").c_str(), &st) == 0);
  CHECK(st.st_rdev == ::makedev(1, 3));
  REQUIRE(::lstat((volume + "/sparse").c_str(), &st) == 0);
  CHECK(st.st_size == 64 << 20);
  CHECK(st.st_blocks < 100);

  // A volume with something in it stays as it is.
  fs::remove(volume + "/file");
  CHECK(image.run([] { return text_of("/data/twin") + write_errno("/data/file"); }) == "contentok");
  CHECK(text_of(volume + "/file").empty());
}

TEST_CASE("a read-only root takes no writes, its tmpfs and binds do") {
  if (!support::need_root()) return;
  Image image;
  image.spec.read_only = true;
  image.spec.mounts = {bound(image.temp.dir("src"), "/data")};
  CHECK(image.run([] {
    return write_errno("/x") + write_errno("/dev/shm/x") + write_errno("/data/x");
  }) == "EROFSokok");
}

TEST_CASE("sysctls are written before /proc/sys is closed, and only those of a namespace") {
  if (!support::need_root()) return;
  Image image;
  image.spec.sysctls = {{"net.ipv4.ip_unprivileged_port_start", "0"}, {"kernel.msgmax", "4096"}};
  const auto look = [] {
    return text_of("/proc/sys/net/ipv4/ip_unprivileged_port_start") +
           text_of("/proc/sys/kernel/msgmax");
  };
  CHECK(image.run(look) == "0\n4096\n");
  image.spec.sysctls = {{"kernel.core_pattern", "|/x"}};
  CHECK(image.run(look) ==
        "mount_all: sysctl \"kernel.core_pattern\" is not in a separate kernel namespace");
}

TEST_CASE("a terminal comes from the container's own devpts") {
  if (!support::need_root()) return;
  const Image image;
  const std::string seen = support::in_child(kAll, [&]() -> std::string {
    auto root = mount_all(image.spec, {});
    if (!root) return root.error().message;
    auto terminal = open_terminal(root->get());
    if (!terminal) return terminal.error().message;
    if (auto done = mount_console(root->get(), terminal->slave.get()); !done)
      return done.error().message;
    if (!enter(root->get())) return "enter";
    const UniqueFd console(::open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC));
    if (!console || !write_all(console.get(), "hi")) return "console";
    char text[3] = {};
    if (::read(terminal->master.get(), text, 2) != 2) return "read";
    char name[64] = {};
    ::ttyname_r(terminal->slave.get(), name, sizeof name);
    return std::string(text) + " " + name;
  });
  CHECK(seen == "hi /dev/pts/0");
}

TEST_CASE("both ways to make an overlay take 128 layers with long names") {
  if (!support::need_root()) return;
  const Image image;
  RootfsSpec spec = image.spec;
  spec.lower.clear();
  for (int i = 0; i < 128; ++i) {
    const std::string name = fmt::format("layers/{:064d}", i);
    image.temp.write(name + fmt::format("/f{}", i), "x");
    spec.lower.push_back(image.temp.path() + "/" + name);
  }
  for (const OverlayCall call :
       {OverlayCall::newest, OverlayCall::fsopen_only, OverlayCall::mount_only}) {
    const std::string seen = support::in_child(CLONE_NEWNS, [&]() -> std::string {
      ::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr);
      auto root = open_overlay(spec, call);
      if (!root) return root.error().message;
      if (::move_mount(root->get(), "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) != 0)
        return ::strerrorname_np(errno);
      if (!enter(root->get())) return "enter";
      return (fs::exists("/f0") && fs::exists("/f127")) ? write_errno("/new") : "missing";
    });
    CHECK(seen == "ok");
  }
}

TEST_CASE("a missing bind source and a wrong kind of target are told as runc does") {
  if (!support::need_root()) return;
  Image image;
  image.spec.mounts = {bound("/nonexistent/hxt", "/data")};
  CHECK(image.run([] { return std::string(); }) ==
        "mount_all: error mounting \"/nonexistent/hxt\" to rootfs at \"/data\": open "
        "/nonexistent/hxt: no "
        "such file or directory");
  image.spec.mounts = {bound(image.temp.dir("src"), "/etc/motd")};
  const std::string seen = image.run([] { return std::string(); });
  INFO(seen);
  CHECK(seen.find("error mounting \"" + image.temp.path() + "/src\" to rootfs at \"/etc/motd\"") !=
        std::string::npos);
  CHECK(seen.find("not a directory: Are you trying to mount a directory onto a file") !=
        std::string::npos);
}

TEST_CASE("a user namespace: layers are seen with mapped owners, devices are bound") {
  if (!support::need_root()) return;
  Image image;
  ::chown((image.layer() + "/etc/motd").c_str(), 7, 8);
  image.temp.write("secret/src/file", "mine");
  ::chmod((image.temp.path() + "/secret").c_str(), 0700);
  ::chown((image.temp.path() + "/secret/src").c_str(), 100000, 100000);
  image.spec.mounts = {bound(image.temp.path() + "/secret/src", "/data")};
  const std::string seen = support::in_child(0, [&]() -> std::string {
    auto to_child = seqpacket_pair();
    auto to_parent = pipe_pair();
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (::unshare(CLONE_NEWUSER) != 0) ::_exit(1);
      static_cast<void>(write_all(to_parent->second.get(), "u"));
      auto message = receive_message(to_child->second.get());
      if (!message || message->fds.size() != 2) ::_exit(2);
      if (::setgroups(0, nullptr) != 0 || ::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0)
        ::_exit(3);
      if (::unshare(kAll) != 0) ::_exit(4);
      const pid_t inner = ::fork();
      if (inner == 0) {
        Context context;
        context.in_user_ns = true;
        context.root = std::move(message->fds[0]);
        context.sources.push_back(std::move(message->fds[1]));
        auto root = mount_all(image.spec, std::move(context));
        std::string out;
        if (!root || !enter(root->get())) {
          out = root ? "enter" : root.error().message;
        } else {
          struct stat st {};
          ::stat("/etc/motd", &st);
          out = fmt::format("{}:{} ", st.st_uid, st.st_gid);
          out +=
              write_errno("/new") + " " + write_errno("/data/new") + " " + write_errno("/dev/null");
          ::stat("/dev/zero", &st);
          out += fmt::format(" {}:{} {}", ::major(st.st_rdev), ::minor(st.st_rdev),
                             text_of("/data/file"));
        }
        static_cast<void>(write_all(to_parent->second.get(), out));
        ::_exit(0);
      }
      int status = 0;
      ::waitpid(inner, &status, 0);
      ::_exit(status);
    }
    to_parent->second.reset();
    char c = 0;
    static_cast<void>(::read(to_parent->first.get(), &c, 1));
    const std::string proc = fmt::format("/proc/{}", pid);
    static_cast<void>(write_existing(proc + "/uid_map", "0 100000 65536"));
    static_cast<void>(write_existing(proc + "/gid_map", "0 100000 65536"));
    auto userns = open_at(AT_FDCWD, proc + "/ns/user", O_RDONLY);
    auto prepared = prepare_for_user_ns(image.spec, userns->get());
    std::string out;
    if (prepared) {
      const int fds[] = {prepared->root.get(), prepared->sources[0].get()};
      static_cast<void>(send_message(to_child->first.get(), "m", fds));
    } else {
      out = prepared.error().message;
    }
    to_child->first.reset();
    to_child->second.reset();
    int status = 0;
    ::waitpid(pid, &status, 0);
    auto text = read_all(to_parent->first.get());
    return out + (text ? *text : "?") + (status == 0 ? "" : fmt::format(" status {}", status));
  });
  CHECK(seen == "7:8 ok ok ok 1:5 mine");
  struct stat st {};
  REQUIRE(::stat((image.spec.upper + "/new").c_str(), &st) == 0);
  CHECK(st.st_uid == 0);  // mapped back by the layer's mount
  REQUIRE(::stat((image.temp.path() + "/secret/src/new").c_str(), &st) == 0);
  CHECK(st.st_uid == 100000);
}
