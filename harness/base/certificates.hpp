// An authority of our own that lives as long as a stack, and certificates signed by it: X.509 v3,
// ECDSA P-256, SHA-256 (OpenSSL), valid for a week. Texts are PEM.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct KeyPair {
  std::string certificate, key;
};

// Errors (machine): OpenSSL refused, with its reason.
Result<KeyPair> make_authority(const std::string& common_name);

// For servers that are called by these names and addresses (dotted IPv4); at least one of either.
// `mutual`: they show it as clients, too; no other certificate is good for that.
Result<KeyPair> make_certificate(const KeyPair& authority, const std::vector<std::string>& names,
                                 const std::vector<std::string>& addresses, bool mutual = false);

// The serial number of the first certificate in the text, in hex. Errors (machine): none there.
Result<std::string> serial_of(const std::string& certificate);

}  // namespace rehearse
