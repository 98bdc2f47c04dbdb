// A layer's archive becomes a directory that overlayfs can use as a lower layer: OCI image-spec
// layer.md. Whiteouts become 0/0 character devices, opaque markers an attribute.
#pragma once

#include <cstdint>

#include "daemon/tar/reader.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::images {

struct UnpackOptions {
  bool owners = true;   // false (tests without root): files belong to the caller
  bool devices = true;  // false: device nodes, whiteouts and opaque markers are left out
};

struct Unpacked {
  std::int64_t size = 0;     // bytes of its files, each counted once
  bool opaque_root = false;  // nothing below this layer shows through
};

// `root`: an empty directory, open. invalid_argument when the archive is at fault; what was
// written so far stays for the caller to remove. The reader is at its first member; it is read to
// the end of the archive, not of the stream.
Result<Unpacked> unpack_layer(tar::Reader& reader, int root, const UnpackOptions& options = {});

}  // namespace hexad::images
