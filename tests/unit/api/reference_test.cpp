#include "api/reference.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::api;

namespace {
const std::string kDigest = "sha256:" + std::string(64, 'a');
}

TEST_CASE("references are normalised") {
  struct Case {
    std::string text, canonical, familiar;
  };
  const Case cases[] = {
      {"busybox", "docker.io/library/busybox", "busybox"},
      {"busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"},
      {"user/app", "docker.io/user/app", "user/app"},
      {"docker.io/busybox", "docker.io/library/busybox", "busybox"},
      {"docker.io/library/busybox:x", "docker.io/library/busybox:x", "busybox:x"},
      {"index.docker.io/a/b", "docker.io/a/b", "a/b"},
      {"localhost/x", "localhost/x", "localhost/x"},
      {"localhost:5000/x:1", "localhost:5000/x:1", "localhost:5000/x:1"},
      {"127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c"},
      {"[::1]:5000/x", "[::1]:5000/x", "[::1]:5000/x"},
      {"ghcr.io/a/b_c-d.e__f:V1", "ghcr.io/a/b_c-d.e__f:V1", "ghcr.io/a/b_c-d.e__f:V1"},
      {"Registry.example/x", "Registry.example/x", "Registry.example/x"},
      {"MYHOST/x", "MYHOST/x", "MYHOST/x"},
      {"x@" + kDigest, "docker.io/library/x@" + kDigest, "x@" + kDigest},
      {"x:1@" + kDigest, "docker.io/library/x:1@" + kDigest, "x:1@" + kDigest},
      {"a--b", "docker.io/library/a--b", "a--b"},
      {"docker.io/library/a/b", "docker.io/library/a/b", "library/a/b"},
  };
  for (const auto& c : cases) {
    const auto ref = parse_reference(c.text);
    INFO(c.text);
    REQUIRE(ref);
    CHECK(ref->canonical() == c.canonical);
    CHECK(ref->familiar() == c.familiar);
    CHECK(parse_reference(ref->canonical())->canonical() == c.canonical);
  }
}

TEST_CASE("the default tag is added where neither tag nor digest is") {
  CHECK(parse_reference("x")->with_default_tag().familiar() == "x:latest");
  CHECK(parse_reference("x:1")->with_default_tag().tag == "1");
  CHECK(parse_reference("x@" + kDigest)->with_default_tag().tag.empty());
}

TEST_CASE("invalid references have Docker's texts") {
  for (const std::string text : {"",
                                 "-",
                                 "a..b",
                                 "a//b",
                                 "x:",
                                 "a:b:c",
                                 "x@sha256:12",
                                 "x@",
                                 "/x",
                                 "x/",
                                 "a___b",
                                 "x:-1",
                                 "x y",
                                 "x\n",
                                 "_x",
                                 "a/../b",
                                 "..",
                                 "localhost:/x",
                                 "localhost:a/x",
                                 "-a.b/c",
                                 "x:ta/g:1/",
                                 "[]/x",
                                 "[::1/x",
                                 "x@md5:aa",
                                 "\xC3\xBC"}) {
    INFO(text);
    const auto ref = parse_reference(text);
    REQUIRE_FALSE(ref);
    CHECK(ref.error().message == "invalid reference format");
    CHECK(ref.error().code == Code::invalid_argument);
  }
  for (const auto& [text, path] : {std::pair{"Foo", "library/Foo"},
                                   {"UPPER:x", "library/UPPER"},
                                   {"docker.io/A", "library/A"},
                                   {"a/B", "a/B"}}) {
    CHECK(parse_reference(text).error().message ==
          fmt::format("invalid reference format: repository name ({}) must be lowercase", path));
  }
  CHECK(parse_reference(std::string(64, 'a'))
            .error()
            .message.starts_with("invalid repository name (aaa"));
  CHECK_FALSE(parse_reference(std::string(300, 'a')));
  CHECK_FALSE(parse_reference("x:" + std::string(129, 'a')));
  CHECK(parse_reference("x:" + std::string(128, 'a')));
}

TEST_CASE("digests and tags alone") {
  CHECK(valid_digest(kDigest));
  CHECK_FALSE(valid_digest("sha256:" + std::string(64, 'A')));
  CHECK_FALSE(valid_digest("sha256" + std::string(64, 'a')));
  CHECK(valid_digest("sha512:" + std::string(128, '0')));
  CHECK(valid_tag("v1.2_3-x"));
  CHECK_FALSE(valid_tag(".x"));
  CHECK_FALSE(valid_tag(""));
}
