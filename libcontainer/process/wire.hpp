// The bytes between daemon, shim and init. Little-endian numbers; strings and lists with a 32-bit
// length in front; every struct with its own length in front, so that a reader of another
// version skips the fields it does not know and keeps the default of those that are missing
// (fields are only ever appended). A reader never trusts a length.
//
// A message starts with Header. One that would not fit into a datagram (environments and filters
// may be large) has its body in a sealed memfd, which then is the first descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"
#include "libcontainer/process/spec.hpp"

namespace hexad::process {

inline constexpr std::uint32_t kWireMagic = 0x48585331;  // "HXS1"
inline constexpr std::size_t kMaxBody = 16U << 20;       // bytes of a body
inline constexpr std::size_t kMaxElements = 1U << 16;    // of one list
inline constexpr std::size_t kMaxInline = 64U << 10;     // larger bodies travel in a memfd

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsPair = false;
template <class A, class B>
inline constexpr bool kIsPair<std::pair<A, B>> = true;

// Writer and Reader are both called as archive(field, field, ...); a struct names its fields once,
// in a function `fields(archive, value)` found by argument-dependent lookup or declared here.
class Writer {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(out_); }

 private:
  void number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out_.push_back(static_cast<char>(value >> (8 * i)));
  }
  template <class T>
  void put(const T& v) {
    if constexpr (std::is_same_v<T, std::string>) {
      number(v.size(), 4);
      out_.append(v);
    } else if constexpr (std::is_same_v<T, bool>) {
      number(v ? 1 : 0, 1);
    } else if constexpr (std::is_enum_v<T>) {
      number(static_cast<std::uint64_t>(v), sizeof(T));
    } else if constexpr (std::is_integral_v<T>) {
      number(static_cast<std::uint64_t>(v), sizeof(T));
    } else if constexpr (kIsVector<T>) {
      number(v.size(), 4);
      for (const auto& element : v) put(element);
    } else if constexpr (kIsOptional<T>) {
      put(v.has_value());
      if (v) put(*v);
    } else if constexpr (kIsPair<T>) {
      put(v.first);
      put(v.second);
    } else {
      const std::size_t at = out_.size();
      number(0, 4);
      // The same list of fields serves the reader, which changes them; a writer never does.
      fields(*this, const_cast<T&>(v));
      const std::size_t length = out_.size() - at - 4;
      for (std::size_t i = 0; i < 4; ++i) out_[at + i] = static_cast<char>(length >> (8 * i));
    }
  }

  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes) {}
  // False once anything was malformed; what was read is then worthless.
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

 private:
  std::uint64_t number(std::size_t bytes) {
    if (rest_.size() < bytes) {
      ok_ = false;
      rest_ = {};
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(bytes);
    return value;
  }
  std::string_view block(std::uint64_t length) {
    if (length > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto part = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return part;
  }
  template <class T>
  void get(T& v) {
    // Fields that an older writer did not know keep their defaults: a struct may end early, but
    // only between two fields.
    if (!ok_ || (inside_struct_ && rest_.empty())) return;
    if constexpr (std::is_same_v<T, std::string>) {
      v = std::string(block(number(4)));
    } else if constexpr (std::is_same_v<T, bool>) {
      v = number(1) != 0;
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      v = static_cast<T>(number(sizeof(T)));
    } else if constexpr (kIsVector<T>) {
      get_list(v);
    } else if constexpr (kIsOptional<T>) {
      bool there = false;
      get(there);
      if (there) get(v.emplace());
    } else if constexpr (kIsPair<T>) {
      get(v.first);
      get(v.second);
    } else {
      Reader inner(block(number(4)));
      if (!ok_) return;
      inner.inside_struct_ = true;
      fields(inner, v);
      ok_ = inner.ok_;
    }
  }
  template <class T>
  void get_list(std::vector<T>& v) {
    const std::uint64_t count = number(4);
    v.clear();
    // Every element takes at least a byte: a count larger than what is left is a lie.
    if (count > kMaxElements || count > rest_.size()) {
      ok_ = false;
      return;
    }
    for (std::uint64_t i = 0; i < count && ok_; ++i) {
      if (rest_.empty()) {
        ok_ = false;
        return;
      }
      get(v.emplace_back());
    }
  }

  std::string_view rest_;
  bool ok_ = true, inside_struct_ = false;
};

// All fields by structured bindings, so that a field added to a struct and forgotten here does not
// compile.
template <class A>
void fields(A& a, Capabilities& v) {
  auto& [bounding, effective, permitted, inheritable, ambient] = v;
  a(bounding, effective, permitted, inheritable, ambient);
}
template <class A>
void fields(A& a, IdMap& v) {
  auto& [inside, outside, count] = v;
  a(inside, outside, count);
}
template <class A>
void fields(A& a, Namespaces& v) {
  auto& [pid, net, mnt, uts, ipc, cgroup, user, uid_map, gid_map] = v;
  a(pid, net, mnt, uts, ipc, cgroup, user, uid_map, gid_map);
}
template <class A>
void fields(A& a, Rlimit& v) {
  auto& [resource, soft, hard] = v;
  a(resource, soft, hard);
}
template <class A>
void fields(A& a, ProcessSpec& v) {
  auto& [argv, env, cwd, make_cwd, user, add_groups, caps, no_new_privs, seccomp, rlimits, tty,
         rows, columns, open_stdin, stdin_once, oom_score_adj] = v;
  a(argv, env, cwd, make_cwd, user, add_groups, caps, no_new_privs, seccomp, rlimits, tty, rows,
    columns, open_stdin, stdin_once, oom_score_adj);
}
template <class A>
void fields(A& a, Mount& v) {
  auto& [kind, source, target, flags, recursive, propagation, options, copy_up] = v;
  a(kind, source, target, flags, recursive, propagation, options, copy_up);
}
template <class A>
void fields(A& a, DeviceNode& v) {
  auto& [path, type, major_, minor_, mode, uid, gid, source] = v;
  a(path, type, major_, minor_, mode, uid, gid, source);
}
template <class A>
void fields(A& a, rootfs::CgroupView& v) {
  auto& [name, source, links] = v;
  a(name, source, links);
}
template <class A>
void fields(A& a, RootfsSpec& v) {
  auto& [lower, upper, work, read_only, privileged, mounts, devices, masked_paths, readonly_paths,
         cgroups, shm_size, share_host_ipc, sysctls] = v;
  a(lower, upper, work, read_only, privileged, mounts, devices, masked_paths, readonly_paths,
    cgroups, shm_size, share_host_ipc, sysctls);
}
template <class A>
void fields(A& a, ContainerSpec& v) {
  auto& [version, id, hostname, domainname, ns, rootfs, process, init, wire_network, disable_ipv6,
         log_path, log_max_size, log_max_files] = v;
  a(version, id, hostname, domainname, ns, rootfs, process, init, wire_network, disable_ipv6,
    log_path, log_max_size, log_max_files);
}

// Values of an enumeration that no version knows are refused before anybody acts on them.
bool valid(const ContainerSpec& spec) noexcept;

template <class T>
std::string encode(const T& value) {
  Writer w;
  w(value);
  return w.take();
}
template <class T>
std::optional<T> decode(std::string_view bytes) {
  Reader r(bytes);
  T value{};
  r(value);
  if (!r.ok()) return std::nullopt;
  return value;
}

// One message as it came: the operation, its body, and the descriptors that belong to it (the memfd
// of a large body is taken out).
struct Packet {
  std::uint32_t version = 0;  // protocol version of the sender
  std::uint8_t op = 0;
  std::string body;
  std::vector<UniqueFd> fds;
  pid_t sender = 0;  // where SO_PASSCRED is on
};

// The whole datagram of a message without descriptors whose body fits into it.
std::string pack(std::uint32_t version, std::uint8_t op, std::string_view body);
Result<> send_packet(int sock, std::uint32_t version, std::uint8_t op, std::string_view body,
                     const std::vector<int>& fds = {});
// nullopt: end of file. EAGAIN on a nonblocking socket. Anything malformed is EPROTO.
Result<std::optional<Packet>> receive_packet(int sock);

}  // namespace hexad::process
