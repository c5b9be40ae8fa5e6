// Writing and reading of history.bin: see records.hpp for what is in it.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/records.hpp"

namespace rehearse {

// A recorded history, whole in memory. Operations are ordered by id (operations[i].id == i).
// Attempts are in the order in which they were begun.
struct History {
  std::string run_key;  // prefix of every idempotency key
  int64_t zero_ns = 0;  // monotonic time of t = 0, the end of the steady phase; 0 = never reached
  std::vector<Operation> operations;
  std::vector<Attempt> attempts;
};

// The final word on an operation from its attempts: ok or rejected if any answer said so, else
// unknown if any attempt may have been done, else failed; none if nothing was sent.
Outcome outcome_of(std::span<const Attempt* const> attempts);

// Attempts of each operation, in order: result[operation id] = pointers into history.attempts.
std::vector<std::vector<const Attempt*>> attempts_by_operation(const History& history);

// Completes an attempt: the outcome is stored last, so that whoever sees it sees the rest.
void set_outcome(Attempt& attempt, Outcome outcome);
Outcome outcome_now(const Attempt& attempt);

// Appends to a preallocated mapped file. The load thread owns it; only set_zero_ns and the const
// functions may be called from another thread meanwhile.
class HistoryWriter {
 public:
  // Room is fixed in advance; both counts bound the file. Errors: cannot create, no space.
  static Result<std::unique_ptr<HistoryWriter>> create(const std::string& path,
                                                       const std::string& run_key,
                                                       size_t operations_max, size_t attempts_max);
  ~HistoryWriter();
  HistoryWriter(const HistoryWriter&) = delete;
  HistoryWriter& operator=(const HistoryWriter&) = delete;

  // Both return a reference that stays valid and may be completed in place (an answer is written
  // field by field with `outcome` last). Null when the room is used up: the caller counts it as
  // not sent and says so.
  Operation* add_operation(const Operation& operation);
  Attempt* add_attempt(const Attempt& attempt);

  void set_zero_ns(int64_t zero_ns);
  size_t operation_count() const;
  size_t attempt_count() const;
  const std::string& run_key() const;

  // For a live view from another thread, of an index below the count, until close(). Of an attempt
  // only what is known when it is begun may be read until outcome_now() says that it has ended.
  const Operation& operation(size_t index) const;
  const Attempt& attempt(size_t index) const;

  // Trims the file to what is used and syncs it. No pointer handed out is valid afterwards. A
  // writer destroyed without it leaves the file as a kill would: readable up to its counters.
  Status close();

 private:
  HistoryWriter() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Errors: not a history, another version, cut short (what is whole is not returned silently).
Result<History> read_history(const std::string& path);

// One row per operation with its deciding attempt (the first ok, else the first rejected, else the
// last). Times count in milliseconds from t = 0, or from the first arrival where it was never
// reached; what was not measured is empty.
void write_history_csv(std::ostream& out, const History& history);

}  // namespace rehearse
