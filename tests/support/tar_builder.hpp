// Archives for tests, header by header: also such as no tool would write.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

struct TarMember {
  std::string path;
  char flag = '0';
  std::string data = {};
  std::string link = {};
  unsigned mode = 0644;
  unsigned uid = 0, gid = 0;
  std::int64_t mtime = 1'700'000'000;
  unsigned major = 0, minor = 0;
  std::vector<std::pair<std::string, std::string>> pax = {};
  std::int64_t size = -1;  // what the header says; -1: the length of data
};

class TarBuilder {
 public:
  TarBuilder& add(const TarMember& m) {
    auto pax = m.pax;
    if (m.path.size() > 100) pax.emplace_back("path", m.path);
    if (m.link.size() > 100) pax.emplace_back("linkpath", m.link);
    if (!pax.empty()) {
      std::string records;
      for (const auto& [key, value] : pax) records += record(key, value);
      raw(header({.path = "PaxHeaders/x", .flag = 'x', .data = records}));
      padded(records);
    }
    raw(header(m));
    padded(m.data);
    return *this;
  }
  TarBuilder& file(const std::string& path, const std::string& data, unsigned mode = 0644) {
    return add({.path = path, .data = data, .mode = mode});
  }
  TarBuilder& dir(const std::string& path, unsigned mode = 0755) {
    return add({.path = path, .flag = '5', .mode = mode});
  }
  TarBuilder& symlink(const std::string& path, const std::string& to) {
    return add({.path = path, .flag = '2', .link = to, .mode = 0777});
  }
  TarBuilder& hard_link(const std::string& path, const std::string& to) {
    return add({.path = path, .flag = '1', .link = to});
  }
  TarBuilder& raw(std::string_view bytes) {
    out_ += bytes;
    return *this;
  }
  TarBuilder& padded(std::string_view bytes) {
    out_ += bytes;
    out_.resize((out_.size() + 511) / 512 * 512, '\0');
    return *this;
  }
  [[nodiscard]] std::string done() const { return out_ + std::string(1024, '\0'); }
  [[nodiscard]] const std::string& unfinished() const { return out_; }

  static std::string record(const std::string& key, const std::string& value) {
    const auto rest = key.size() + value.size() + 3;
    auto length = rest + std::to_string(rest).size();
    length = rest + std::to_string(length).size();
    return std::to_string(length) + " " + key + "=" + value + "\n";
  }

  static std::string header(const TarMember& m) {
    std::string block(512, '\0');
    const auto text = [&](std::size_t at, std::size_t room, const std::string& s) {
      std::memcpy(&block[at], s.data(), s.size() < room ? s.size() : room);
    };
    const auto octal = [&](std::size_t at, std::size_t room, std::int64_t value) {
      char digits[32];
      std::snprintf(digits, sizeof digits, "%0*llo", static_cast<int>(room - 1),
                    static_cast<unsigned long long>(value));
      std::memcpy(&block[at], digits, room - 1);
    };
    text(0, 100, m.path);
    octal(100, 8, m.mode);
    octal(108, 8, m.uid);
    octal(116, 8, m.gid);
    octal(124, 12, m.size >= 0 ? m.size : static_cast<std::int64_t>(m.data.size()));
    octal(136, 12, m.mtime);
    block[156] = m.flag;
    text(157, 100, m.link);
    std::memcpy(&block[257],
                "ustar\0"
                "00",
                8);
    octal(329, 8, m.major);
    octal(337, 8, m.minor);
    return sealed(block);
  }
  // Puts the checksum right.
  static std::string sealed(std::string block) {
    std::memset(&block[148], ' ', 8);
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    std::snprintf(&block[148], 8, "%06o", sum);
    return block;
  }

 private:
  std::string out_;
};

// A blocking source that gives a text in pieces of at most `step` bytes.
inline auto source_of(std::string text, std::size_t step = 100'000) {
  return [text = std::move(text), at = std::size_t{0}, step](char* into, std::size_t size) mutable {
    auto n = text.size() - at;
    if (n > size) n = size;
    if (n > step) n = step;
    std::memcpy(into, text.data() + at, n);
    at += n;
    return n;
  };
}

}  // namespace support
