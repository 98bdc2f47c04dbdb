#include "daemon/tar/writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "daemon/tar/header.hpp"

namespace hexad::tar {

namespace {

constexpr std::int64_t kOctalLimit = std::int64_t{1} << 33;  // eleven octal digits

void put_octal(char* field, std::size_t size, std::uint64_t value) {
  for (std::size_t i = size - 1; i-- > 0; value >>= 3U)
    field[i] = static_cast<char>('0' + (value & 7U));
  field[size - 1] = 0;
}

std::string pax_record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto length = rest + std::to_string(rest).size();
  if (rest + std::to_string(length).size() != length) length = rest + std::to_string(length).size();
  return fmt::format("{} {}={}\n", length, key, value);
}

std::string plain_block(std::string_view path, char flag, std::uint32_t mode, std::int64_t mtime,
                        std::int64_t size) {
  std::string block(kBlockSize, '\0');
  std::memcpy(block.data(), path.data(), std::min<std::size_t>(path.size(), 100));
  put_octal(&block[100], 8, mode);
  put_octal(&block[108], 8, 0);
  put_octal(&block[116], 8, 0);
  put_octal(&block[124], 12, size < kOctalLimit ? static_cast<std::uint64_t>(size) : 0);
  put_octal(&block[136], 12,
            static_cast<std::uint64_t>(std::clamp<std::int64_t>(mtime, 0, kOctalLimit - 1)));
  block[156] = flag;
  std::memcpy(&block[257],
              "ustar\0"
              "00",
              8);
  std::memset(&block[148], ' ', 8);
  std::uint32_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put_octal(&block[148], 7, sum);
  return block;
}

std::string padding(std::int64_t size) {
  const auto used = static_cast<std::size_t>(size) % kBlockSize;
  return std::string(used == 0 ? 0 : kBlockSize - used, '\0');
}

}  // namespace

Result<> Writer::header(const std::string& path, char flag, std::uint32_t mode, Time mtime,
                        std::int64_t size) {
  std::string records;
  if (path.size() > 100) records += pax_record("path", path);
  if (size >= kOctalLimit) records += pax_record("size", std::to_string(size));
  if (!records.empty()) {
    TRY(sink_(plain_block("PaxHeaders.0/" + path.substr(0, 80), 'x', 0644, 0,
                          static_cast<std::int64_t>(records.size())) +
              records + padding(static_cast<std::int64_t>(records.size()))));
  }
  return sink_(plain_block(path, flag, mode, mtime.seconds, size));
}

Result<> Writer::directory(const std::string& path, std::uint32_t mode, Time mtime) {
  return header(path, '5', mode, mtime, 0);
}

Result<> Writer::begin_file(const std::string& path, std::uint32_t mode, Time mtime,
                            std::int64_t size) {
  size_ = size;
  return header(path, '0', mode, mtime, size);
}

Result<> Writer::end_file() {
  const auto fill = padding(size_);
  return fill.empty() ? Result<>{} : sink_(fill);
}

Result<> Writer::file(const std::string& path, std::uint32_t mode, Time mtime,
                      std::string_view bytes) {
  TRY(begin_file(path, mode, mtime, static_cast<std::int64_t>(bytes.size())));
  if (!bytes.empty()) TRY(sink_(bytes));
  return end_file();
}

Result<> Writer::finish() { return sink_(std::string(2 * kBlockSize, '\0')); }

}  // namespace hexad::tar
