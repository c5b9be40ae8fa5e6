// OpenSSL's EVP with the algorithm fetched once: millions of entries are hashed.
#include "checks/chain.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>

namespace rehearse {

struct ChainHasher::Impl {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string text;
  std::array<char, 64> hex{};

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

ChainHasher::ChainHasher() : impl_(std::make_unique<Impl>()) {
  if (impl_->algorithm == nullptr || impl_->context == nullptr) throw std::bad_alloc();
}
ChainHasher::~ChainHasher() = default;

std::string_view ChainHasher::hash_of(const LedgerEntry& entry) {
  std::string& text = impl_->text;
  text.clear();
  const auto add = [&](std::string_view field) { text.append(field).push_back('|'); };
  const auto add_number = [&](const std::optional<int64_t>& field) {
    add(field ? std::string_view(fmt::format_int(*field).c_str()) : std::string_view());
  };
  add(entry.ledger);
  add_number(entry.seq);
  add(entry.tx);
  add(entry.key);
  add(entry.account);
  add(entry.currency);
  add_number(entry.amount_minor);
  add_number(entry.version);
  add(entry.kind);
  add(entry.round);
  add_number(entry.region_term);
  add_number(entry.timeline);
  add_number(entry.epoch);
  text += entry.prev_hash;

  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_DigestInit_ex2(impl_->context, impl_->algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(impl_->context, text.data(), text.size()) != 1 ||
      EVP_DigestFinal_ex(impl_->context, digest.data(), &size) != 1) {
    throw std::bad_alloc();  // OpenSSL fails here for want of memory only
  }
  constexpr std::string_view digits = "0123456789abcdef";
  for (size_t i = 0; i < 32; ++i) {
    impl_->hex[2 * i] = digits[digest[i] >> 4U];
    impl_->hex[2 * i + 1] = digits[digest[i] & 15U];
  }
  return {impl_->hex.data(), impl_->hex.size()};
}

}  // namespace rehearse
