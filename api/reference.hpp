// Image references, normalised as the distribution project does: "busybox" is
// "docker.io/library/busybox:latest". Grammar: the reference package of distribution.
#pragma once

#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::api {

struct Reference {
  std::string domain;  // "docker.io", "localhost:5000"
  std::string path;    // "library/busybox"
  std::string tag;     // may be empty
  std::string digest;  // "sha256:...", may be empty

  // "docker.io/library/busybox"
  [[nodiscard]] std::string canonical_name() const { return domain + "/" + path; }
  // "busybox": without the default domain and "library/".
  [[nodiscard]] std::string familiar_name() const;
  // With ":tag" and "@digest" where they are set.
  [[nodiscard]] std::string canonical() const { return canonical_name() + suffix(); }
  [[nodiscard]] std::string familiar() const { return familiar_name() + suffix(); }
  // "latest" where neither tag nor digest is set.
  [[nodiscard]] Reference with_default_tag() const;

 private:
  [[nodiscard]] std::string suffix() const;
};

// 400 "invalid reference format", "invalid reference format: repository name (library/A) must be
// lowercase", "invalid repository name (...), cannot specify 64-byte hexadecimal strings", ...
Result<Reference> parse_reference(std::string_view text);
// [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}
bool valid_tag(std::string_view tag);
// "sha256:" and 64 lower-case hex digits, or sha384, sha512 likewise.
bool valid_digest(std::string_view digest);

}  // namespace hexad::api
