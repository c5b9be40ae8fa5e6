// What a deposed primary of the ledger's database had and nobody else: its data was kept before it
// was rewound, and can be asked. What is run inside the nodes is fixtures/images/postgres/autopsy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/platform.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

struct Deposed {
  int64_t timeline = 0;
  std::string from_lsn;  // where its own WAL begins
  int64_t commits = 0;   // of it
};

class Autopsy {
 public:
  // Both outlive it.
  Autopsy(Effects& effects, const Stack& stack) : effects_(effects), stack_(stack) {}

  // Of a node; nullopt: nothing was kept since then. Errors (inconclusive): it does not say.
  Result<std::optional<Deposed>> of(const std::string& node, int64_t since_wall_ns) const;
  // Serves what was kept, until it is closed: to whom. Errors (inconclusive): it was too large to
  // be kept, or cannot be served.
  Result<DatabaseLogin> open(const std::string& node) const;
  void close(const std::string& node) const;

 private:
  Effects& effects_;
  const Stack& stack_;
};

}  // namespace rehearse
