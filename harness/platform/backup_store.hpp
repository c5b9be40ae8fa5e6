// The store that backups and copies lie in, by its own word.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

class BackupStore {
 public:
  // `node` runs it; the runtime outlives this.
  BackupStore(Effects& effects, std::string node) : effects_(effects), node_(std::move(node)) {}

  // SHA-256 of each of these objects as it is now; empty: it cannot be read. Errors: the runtime's.
  Result<std::vector<std::string>> sums_of(const std::vector<std::string>& objects) const;
  // Until when nobody may delete a version (RFC 3339). Errors: the runtime's.
  Result<std::string> locked_until() const;

 private:
  Effects& effects_;
  const std::string node_;
};

}  // namespace rehearse
