// What a platform declares of its backups: how often, for how long, of what. Durations are the
// field's own; where a rehearsal cannot wait for them, its clock is faster: an hour of the schedule
// takes `hour_ms`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rehearse {

struct BackupPolicy {
  int64_t hour_ms = 0;  // 0: it declares none
  int64_t full_ms = 0, incremental_ms = 0, retention_ms = 0;
  // Class of data → where it is backed up ("database", or "store CLASS" where it is copied by
  // itself), or in words why it need not be.
  std::map<std::string, std::string> classes;

  // A duration of the schedule on the rehearsal's clock.
  int64_t scaled_ms(int64_t field_ms) const {
    constexpr int64_t hour_of_the_field_ms = 3'600'000;
    return field_ms / 1'000 * hour_ms / (hour_of_the_field_ms / 1'000);
  }
  bool operator==(const BackupPolicy&) const = default;
};

// As a class says that it is part of the ledger's database.
inline constexpr const char* in_database = "database";
// What whoever copies it calls it; empty: it is not copied by itself.
inline std::string kept_class(const std::string& where) {
  constexpr std::string_view in_store = "store ";
  return where.starts_with(in_store) ? where.substr(in_store.size()) : "";
}

}  // namespace rehearse
