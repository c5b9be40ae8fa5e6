// The hash of a ledger entry, recomputed from its columns.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "record/tables.hpp"

namespace rehearse {

// SHA-256 in lower-case hex of ledger|seq|tx|key|account|currency|amount_minor|version|kind|round|
// region_term|timeline|epoch|prev_hash: numbers in decimal, an absent value as empty text.
class ChainHasher {
 public:
  ChainHasher();
  ~ChainHasher();
  // Valid until the next call. The entry's own prev_hash is part of it.
  std::string_view hash_of(const LedgerEntry& entry);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What the first entry of a ledger has as prev_hash.
inline const std::string genesis_prev_hash(64, '0');

}  // namespace rehearse
