// How history.bin is laid out: one page of header, then the operations, then the attempts, each at
// the offset that the header says. Little-endian, as the machine that wrote it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "record/records.hpp"

namespace rehearse::history_layout {

constexpr char magic[8] = {'R', 'H', 'R', 'S', 'H', 'I', 'S', 'T'};
// 2: method, network, currency_to and node of operations, where 1 had zeros: 1 reads as 2.
constexpr uint32_t version = 2, version_read_min = 1;
constexpr size_t page_bytes = 4096;
constexpr size_t run_key_bytes = 48;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t operation_bytes;  // sizes of one record, to refuse a file of other records
  uint32_t attempt_bytes;
  uint32_t reserved;
  char run_key[run_key_bytes];  // NUL-terminated
  int64_t zero_ns;
  uint64_t operations_max, attempts_max;
  uint64_t operations_offset, attempts_offset;
  // Published after the record that they count is complete.
  uint64_t operation_count, attempt_count;
};
static_assert(sizeof(Header) <= page_bytes);

constexpr size_t to_page(size_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

// What the writer asserts and the reader demands of the record at that place.
constexpr bool is_well_formed(const Operation& operation, uint64_t place) {
  return operation.id == place && static_cast<int>(operation.kind) < operation_kinds &&
         static_cast<int>(operation.currency) < currencies &&
         static_cast<int>(operation.currency_to) < currencies &&
         static_cast<int>(operation.method) < methods &&
         static_cast<int>(operation.network) < networks;
}

// Of a history that has that many operations.
constexpr bool is_well_formed(const Attempt& attempt, uint64_t operations) {
  return attempt.operation < operations && attempt.outcome <= Outcome::unknown &&
         attempt.reason[sizeof attempt.reason - 1] == '\0';
}

}  // namespace rehearse::history_layout
