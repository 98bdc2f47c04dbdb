// Layers against a real file system, and archives that try to get out of theirs.
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "tests/integration/images/store_fixture.hpp"

using namespace hexad;
using namespace hexad::images;
using support::TarBuilder;
namespace fs = std::filesystem;

namespace {

struct stat look(const std::string& path) {
  struct stat st {};
  INFO(path);
  REQUIRE(::lstat(path.c_str(), &st) == 0);
  return st;
}

std::string xattr(const std::string& path, const char* name) {
  std::array<char, 256> value{};
  const auto n = ::lgetxattr(path.c_str(), name, value.data(), value.size());
  return n < 0 ? "none" : std::string(value.data(), static_cast<std::size_t>(n));
}

// A file outside that no archive may touch, at a place that the archives know.
struct Victim {
  support::TempDir folder;
  std::string path = folder.path() + "/victim";
  Victim() { folder.write("victim", "untouched"); }
  void check() const {
    CHECK(*read_file(path) == "untouched");
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  }
};

}  // namespace

TEST_CASE("a layer has the owners, modes and times of its archive") {
  if (!support::need_root()) return;
  TestStore store;
  TarBuilder b;
  b.add({.path = "d/",
         .flag = '5',
         .mode = 01777,
         .uid = 5,
         .gid = 6,
         .pax = {{"mtime", "1000.123456789"}}});
  b.add({.path = "d/f",
         .data = "hello",
         .mode = 04755,
         .uid = 1000,
         .gid = 1001,
         .pax = {{"mtime", "2000.5"}}});
  b.add({.path = "d/l",
         .flag = '2',
         .link = "/no/such",
         .mode = 0777,
         .uid = 3,
         .gid = 4,
         .mtime = 3000});
  b.hard_link("d/h", "d/f");
  b.add({.path = "null", .flag = '3', .mode = 0666, .major = 1, .minor = 3});
  b.add({.path = "sda", .flag = '4', .mode = 0660, .major = 8, .minor = 0});
  b.add({.path = "fifo", .flag = '6', .mode = 0640});
  b.file("implied/parent/f", "x");
  b.file("/absolute", "a").file("./dot/../f2", "2");
  b.add({.path = "locked/", .flag = '5', .mode = 0}).file("locked/f", "in");
  auto root = store.unpack(b.done());
  INFO((root ? "" : root.error().message));
  REQUIRE(root);
  auto st = look(*root + "/d");
  CHECK((st.st_mode & 07777) == 01777);
  CHECK(st.st_uid == 5);
  CHECK(st.st_gid == 6);
  CHECK(st.st_mtim.tv_sec == 1000);
  CHECK(st.st_mtim.tv_nsec == 123456789);
  st = look(*root + "/d/f");
  CHECK((st.st_mode & 07777) == 04755);
  CHECK(st.st_uid == 1000);
  CHECK(st.st_mtim.tv_nsec == 500000000);
  CHECK(look(*root + "/d/h").st_ino == st.st_ino);
  CHECK(st.st_nlink == 2);
  st = look(*root + "/d/l");
  CHECK(fs::read_symlink(*root + "/d/l") == "/no/such");
  CHECK(st.st_uid == 3);
  CHECK(st.st_mtim.tv_sec == 3000);
  st = look(*root + "/null");
  CHECK((st.st_mode & 0777) == 0666);
  CHECK(S_ISCHR(st.st_mode));
  CHECK(st.st_rdev == ::makedev(1, 3));
  CHECK(S_ISBLK(look(*root + "/sda").st_mode));
  CHECK(S_ISFIFO(look(*root + "/fifo").st_mode));
  CHECK((look(*root + "/implied/parent").st_mode & 07777) == 0755);
  CHECK(*read_file(*root + "/absolute") == "a");
  CHECK(*read_file(*root + "/f2") == "2");
  CHECK((look(*root + "/locked").st_mode & 07777) == 0);
  CHECK((look(*root).st_mode & 07777) == 0755);
}

TEST_CASE("whiteouts and opaque markers are overlayfs's own") {
  if (!support::need_root()) return;
  TestStore store;
  TarBuilder b;
  b.file("a/.wh.gone", "").file("b/.wh..wh..opq", "").file("b/kept", "k").file(".wh..wh.plnk", "");
  b.file("c/mine", "m").file("c/.wh.mine", "");      // own files win over own whiteouts
  b.file(".wh.d", "").dir("d/").file("d/new", "n");  // removed below and made anew
  auto root = store.unpack(b.done());
  REQUIRE(root);
  const auto st = look(*root + "/a/gone");
  CHECK(S_ISCHR(st.st_mode));
  CHECK(st.st_rdev == 0);
  CHECK(xattr(*root + "/b", "trusted.overlay.opaque") == "y");
  CHECK(*read_file(*root + "/b/kept") == "k");
  CHECK_FALSE(fs::exists(*root + "/b/.wh..wh..opq"));
  CHECK_FALSE(fs::exists(*root + "/.wh..wh.plnk"));
  CHECK(*read_file(*root + "/c/mine") == "m");
  CHECK(*read_file(*root + "/d/new") == "n");
  CHECK(xattr(*root + "/d", "trusted.overlay.opaque") == "y");
  CHECK_FALSE(store.unpack(TarBuilder().file("a/.wh.", "").done()));
  CHECK_FALSE(store.unpack(TarBuilder().file("a/.wh..", "").done()));
  CHECK_FALSE(store.unpack(TarBuilder().file("a/.wh...", "").done()));
}

TEST_CASE("an opaque root hides all layers below") {
  if (!support::need_root()) return;
  TestStore store;
  const TestImage image{{TarBuilder().file("low", "1").done(),
                         TarBuilder().file(".wh..wh..opq", "").file("high", "2").done(),
                         TarBuilder().file("top", "3").done()},
                        {"hxt:1"},
                        ""};
  REQUIRE(store.load(docker_archive({image})));
  CHECK(store.service->resolve("hxt:1")->layers.size() == 2);
}

TEST_CASE("extended attributes: those that mean something, none that overlayfs would obey") {
  if (!support::need_root()) return;
  TestStore store;
  const std::string cap("\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  TarBuilder b;
  b.add({.path = "f",
         .data = "x",
         .uid = 9,
         .pax = {{"SCHILY.xattr.security.capability", cap},
                 {"SCHILY.xattr.user.note", std::string("a\0b", 3)},
                 {"SCHILY.xattr.trusted.overlay.redirect", "/etc"},
                 {"SCHILY.xattr.trusted.overlay.metacopy", ""}}});
  b.add({.path = "d/",
         .flag = '5',
         .pax = {{"SCHILY.xattr.trusted.overlay.opaque", "y"}, {"SCHILY.xattr.user.d", "1"}}});
  b.add({.path = "l", .flag = '2', .link = "f", .pax = {{"SCHILY.xattr.user.note", "no"}}});
  auto root = store.unpack(b.done());
  INFO((root ? "" : root.error().message));
  REQUIRE(root);
  CHECK(xattr(*root + "/f", "security.capability") == cap);
  CHECK(xattr(*root + "/f", "user.note") == std::string("a\0b", 3));
  CHECK(xattr(*root + "/f", "trusted.overlay.redirect") == "none");
  CHECK(xattr(*root + "/f", "trusted.overlay.metacopy") == "none");
  CHECK(xattr(*root + "/d", "trusted.overlay.opaque") == "none");
  CHECK(xattr(*root + "/d", "user.d") == "1");
}

TEST_CASE("later members replace earlier ones; directories are merged") {
  if (!support::need_root()) return;
  TestStore store;
  TarBuilder b;
  b.file("f", "old")
      .file("f", "new")
      .dir("d/", 0700)
      .file("d/x", "x")
      .dir("d/", 0711)
      .file("g", "g")
      .dir("g/")
      .file("g/in", "in");
  b.dir("h/")
      .file("h/deep", "d")
      .file("h", "file now")
      .symlink("s", "d")
      .dir("s/")
      .file("s/y", "y");
  auto root = store.unpack(b.done());
  INFO((root ? "" : root.error().message));
  REQUIRE(root);
  CHECK(*read_file(*root + "/f") == "new");
  CHECK((look(*root + "/d").st_mode & 07777) == 0711);
  CHECK(*read_file(*root + "/d/x") == "x");
  CHECK(*read_file(*root + "/g/in") == "in");
  CHECK(*read_file(*root + "/h") == "file now");
  CHECK(S_ISDIR(look(*root + "/s").st_mode));
  CHECK_FALSE(fs::exists(*root + "/d/y"));
}

TEST_CASE("a directory replaced by a link is followed inside the layer only") {
  if (!support::need_root()) return;
  TestStore store;
  const Victim victim;
  TarBuilder b;
  b.dir("d/")
      .file("d/x", "1")
      .symlink("d", victim.folder.path())
      .file("d/victim", "owned")
      .file("d/fresh", "owned");
  auto root = store.unpack(b.done());
  // The place that the link means does not exist in the layer, or it was made in there.
  victim.check();
}

TEST_CASE("no archive writes outside its layer") {
  if (!support::need_root()) return;
  const Victim victim;
  const auto out = victim.folder.path();
  const std::string up = "../../../../../../../../../..";
  const std::vector<std::pair<std::string, TarBuilder>> attacks{
      {"dots", TarBuilder().file("../../../../../../.." + victim.path, "owned")},
      {"dots in the middle", TarBuilder().file("a/../../../../../../../.." + victim.path, "owned")},
      {"absolute", TarBuilder().file(victim.path, "owned")},
      {"link, then through it",
       TarBuilder().symlink("l", out).file("l/victim", "owned").file("l/fresh", "x")},
      {"relative link",
       TarBuilder().symlink("l", up + out).file("l/victim", "owned").file("l/fresh", "x")},
      {"link to a link",
       TarBuilder().symlink("a", out).symlink("b", "a").file("b/victim", "owned")},
      {"link as the file", TarBuilder().symlink("l", victim.path).file("l", "owned")},
      {"link as the file, twice",
       TarBuilder().symlink("l", victim.path).hard_link("m", "l").file("m", "owned")},
      {"hard link by path", TarBuilder().hard_link("h", victim.path).file("h", "owned")},
      {"hard link by dots", TarBuilder().hard_link("h", up + victim.path).file("h", "owned")},
      {"hard link through a link",
       TarBuilder().symlink("l", out).hard_link("h", "l/victim").file("h", "owned")},
      {"directory through a link", TarBuilder().symlink("l", out).dir("l/", 0777).dir("l/new/")},
      {"whiteout through a link", TarBuilder().symlink("l", out).file("l/.wh.victim", "")},
      {"opaque through a link", TarBuilder().symlink("l", out).file("l/.wh..wh..opq", "")},
      {"whiteout of dots", TarBuilder().file(".wh...", "").file("a/.wh..", "")},
      {"proc", TarBuilder().symlink("l", "/proc/self/root" + out).file("l/victim", "owned")},
      {"proc cwd", TarBuilder().symlink("l", "/proc/1/root").file("l" + victim.path, "owned")},
      {"long link", TarBuilder()
                        .add({.path = "l", .flag = '2', .link = std::string(500, '/') + out})
                        .file("l/victim", "owned")},
      {"device through a link",
       TarBuilder().symlink("l", out).add({.path = "l/null", .flag = '3', .major = 1, .minor = 3})},
      {"link with a trailing slash", TarBuilder().symlink("l/", out).file("l/victim", "owned")},
      {"removing a tree through a link", TarBuilder()
                                             .symlink("l", out)
                                             .dir("x/")
                                             .symlink("x/y", out)
                                             .file("x", "gone")
                                             .file("l", "gone")},
  };
  for (const auto& [name, archive] : attacks) {
    INFO(name);
    TestStore store;
    const auto before = store.leftovers();
    const auto root = store.unpack(archive.done());
    victim.check();
    CHECK_FALSE(fs::exists("/fresh"));
    if (root) continue;
    CHECK(root.error().code == Code::invalid_argument);
    CHECK(store.leftovers() == before);
  }
}

TEST_CASE("names that no file system takes are refused and leave nothing") {
  if (!support::need_root()) return;
  TestStore store;
  for (const auto& archive :
       {TarBuilder().file(std::string(300, 'n'), "x"),
        TarBuilder().file("a/" + std::string(5000, '/') + std::string(256, 'b'), ""),
        TarBuilder().file("f", "x").file("f/under", "y"), TarBuilder().hard_link("h", "missing"),
        TarBuilder().dir("d/").hard_link("h", "d"), TarBuilder().symlink("s", "")}) {
    auto r = store.unpack(archive.done());
    REQUIRE_FALSE(r);
    INFO(r.error().message);
    CHECK(r.error().code == Code::invalid_argument);
    CHECK(store.leftovers() == 0);
  }
}

TEST_CASE("deep paths and names of any bytes") {
  if (!support::need_root()) return;
  TestStore store;
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "directory-" + std::to_string(i) + "/";
  const std::string odd = "caf\xe9 \n\t\"\\\xff";
  auto root = store.unpack(TarBuilder().file(deep + "f", "deep").file(odd, "odd").done());
  INFO((root ? "" : root.error().message));
  REQUIRE(root);
  CHECK(*read_file(*root + "/" + deep + "f") == "deep");
  CHECK(*read_file(*root + "/" + odd) == "odd");
}

TEST_CASE("sparse files stay sparse") {
  if (!support::need_root()) return;
  TestStore store;
  std::string data = "1\n1073741824\n4\n";
  data.resize(512, '\0');
  data += "tail";
  TarBuilder b;
  b.add({.path = "x",
         .data = data,
         .pax = {{"GNU.sparse.major", "1"},
                 {"GNU.sparse.minor", "0"},
                 {"GNU.sparse.name", "s"},
                 {"GNU.sparse.realsize", "2147483648"}}});
  auto root = store.unpack(b.done());
  REQUIRE(root);
  const auto st = look(*root + "/s");
  CHECK(st.st_size == 2147483648);
  CHECK(st.st_blocks < 64);
}

TEST_CASE("a replaced set-id file keeps nothing of the old one") {
  if (!support::need_root()) return;
  TestStore store;
  auto root = store.unpack(TarBuilder()
                               .add({.path = "f", .data = "1", .mode = 04755})
                               .hard_link("g", "f")
                               .file("f", "2", 0644)
                               .done());
  REQUIRE(root);
  CHECK((look(*root + "/f").st_mode & 07777) == 0644);
  CHECK((look(*root + "/g").st_mode & 07777) == 04755);
  CHECK(*read_file(*root + "/g") == "1");
}

TEST_CASE("archives of GNU tar in each of its formats") {
  if (!support::need_root()) return;
  support::TempDir from;
  const auto sh = [](const std::string& command) { return std::system(command.c_str()) == 0; };
  const auto root = from.dir("tree");
  REQUIRE(
      sh("cd " + root +
         " && mkdir -p d/e && echo text > d/f && ln d/f d/hard && ln -s ../x d/l && mkfifo p && "
         "truncate -s 5M d/sparse && printf end >> d/sparse && printf mid | dd of=d/sparse bs=1 "
         "seek=2000000 conv=notrunc 2>/dev/null && "
         "touch -d '2001-02-03 04:05:06.789' d/f d && chown 12:34 d/e && chmod 2750 d/e"));
  for (const auto* options :
       {"--format=gnu", "--format=gnu -S", "--format=posix -S",
        "--format=posix -S --sparse-version=0.0", "--format=posix -S --sparse-version=0.1",
        "--format=ustar", "--format=oldgnu -S", "-z", "--zstd", "-J", "-j"}) {
    INFO(options);
    REQUIRE(sh("tar -C " + root + " -cf " + from.path() + "/a.tar " + options + " ."));
    TestStore store;
    const auto layer = store.unpack(*read_file(from.path() + "/a.tar"));
    INFO((layer ? "" : layer.error().message));
    REQUIRE(layer);
    CHECK(sh("cd " + root + " && find . -type f | sort | xargs sha256sum > " + from.path() +
             "/want && cd " + *layer + " && sha256sum --status -c " + from.path() + "/want"));
    CHECK(look(*layer + "/d/hard").st_ino == look(*layer + "/d/f").st_ino);
    CHECK(look(*layer + "/d/f").st_mtim.tv_sec == look(root + "/d/f").st_mtim.tv_sec);
    CHECK(look(*layer + "/d").st_mtim.tv_sec == look(root + "/d").st_mtim.tv_sec);
    CHECK((look(*layer + "/d/e").st_mode & 07777) == 02750);
    CHECK(look(*layer + "/d/e").st_gid == 34);
    if (std::string_view(options).find("-S") != std::string_view::npos)
      CHECK(look(*layer + "/d/sparse").st_blocks < 200);
  }
}
