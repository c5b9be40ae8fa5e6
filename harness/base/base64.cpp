#include "base/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace rehearse {

std::string base64_of(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // and the NUL that OpenSSL writes
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> of_base64(const std::string& text) {
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  // OpenSSL counts what only pads as zeros.
  const size_t last = text.find_last_not_of('=');
  const size_t padding = last == std::string::npos ? 0 : text.size() - last - 1;
  bytes.resize(static_cast<size_t>(size) - std::min(padding, static_cast<size_t>(size)));
  return bytes;
}

std::string base64url_of(const std::string& bytes) {
  std::string text = base64_of(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

// The last digit has bits that nothing depends on: one text for each sequence of bytes.
std::optional<std::string> of_base64url(const std::string& text) {
  std::string padded = text;
  for (char& c : padded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  padded.resize((padded.size() + 3) / 4 * 4, '=');
  auto bytes = of_base64(padded);
  return bytes && base64url_of(*bytes) == text ? bytes : std::nullopt;
}

}  // namespace rehearse
