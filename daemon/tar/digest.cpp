#include "daemon/tar/digest.hpp"

#include <openssl/evp.h>

#include <array>

#include "libcontainer/base/strings.hpp"

namespace hexad::tar {

struct Sha256::Context {
  ::EVP_MD_CTX* md = ::EVP_MD_CTX_new();
  Context() { ::EVP_DigestInit_ex(md, ::EVP_sha256(), nullptr); }
  ~Context() { ::EVP_MD_CTX_free(md); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  ::EVP_DigestUpdate(context_->md, bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> out{};
  unsigned size = 0;
  ::EVP_DigestFinal_ex(context_->md, out.data(), &size);
  return hex(std::string_view(reinterpret_cast<const char*>(out.data()), out.size()));
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.finish();
}

SideSha256::SideSha256()
    : side_([this](std::string_view bytes) -> Result<> {
        sha_.update(bytes);
        return {};
      }) {}

void SideSha256::update(std::string_view bytes) { static_cast<void>(side_.push(bytes)); }

std::string SideSha256::finish() {
  static_cast<void>(side_.finish());  // hashing does not fail
  return sha_.finish();
}

}  // namespace hexad::tar
