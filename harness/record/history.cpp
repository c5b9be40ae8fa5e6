#include "record/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include "base/clock.hpp"

namespace rehearse {

Outcome outcome_of(std::span<const Attempt* const> attempts) {
  bool rejected = false, unknown = false, failed = false;
  for (const Attempt* attempt : attempts) {
    if (attempt->outcome == Outcome::ok) return Outcome::ok;
    rejected |= attempt->outcome == Outcome::rejected;
    failed |= attempt->outcome == Outcome::failed;
    // Sent, and no answer recorded: the harness died meanwhile.
    unknown |= attempt->outcome == Outcome::unknown ||
               (attempt->outcome == Outcome::none && attempt->sent_ns != 0);
  }
  if (rejected) return Outcome::rejected;
  if (unknown) return Outcome::unknown;
  return failed ? Outcome::failed : Outcome::none;
}

std::vector<std::vector<const Attempt*>> attempts_by_operation(const History& history) {
  std::vector<std::vector<const Attempt*>> result(history.operations.size());
  for (const Attempt& attempt : history.attempts) {
    if (attempt.operation < result.size()) result[attempt.operation].push_back(&attempt);
  }
  return result;
}

namespace {

const Attempt* deciding(std::span<const Attempt* const> attempts) {
  for (const Outcome wanted : {Outcome::ok, Outcome::rejected}) {
    const auto found = std::ranges::find(attempts, wanted, &Attempt::outcome);
    if (found != attempts.end()) return *found;
  }
  return attempts.empty() ? nullptr : attempts.back();
}

// Milliseconds with microseconds; empty for a time that was not taken.
std::string ms_from(int64_t time_ns, int64_t zero_ns) {
  if (time_ns == 0) return {};
  return fmt::format("{:.3f}", static_cast<double>(time_ns - zero_ns) / ns_per_ms);
}

// Reasons come from the platform: quote what would break a row.
std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted(1, '"');
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  quoted.push_back('"');
  return quoted;
}

}  // namespace

void write_history_csv(std::ostream& out, const History& history) {
  const auto attempts = attempts_by_operation(history);
  const int64_t first_ns = history.operations.empty() ? 0 : history.operations[0].intended_ns;
  const int64_t zero_ns = history.zero_ns != 0 ? history.zero_ns : first_ns;
  out << "id,key,operation,player,currency,amount_minor,round,related,intended_ms,outcome,attempts,"
         "first_sent_ms,sent_ms,answered_ms,http_status,replay,moved_minor,balance_minor,version,"
         "seq,epoch,timeline,reason,method,network,currency_to\n";
  for (const Operation& operation : history.operations) {
    const auto& tries = attempts[operation.id];
    std::string row = fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{}", operation.id, key_of(history.run_key, operation.id),
        name_of(operation.kind), player_name(operation.player), name_of(operation.currency),
        operation.amount_minor, operation.round, operation.related,
        ms_from(operation.intended_ns, zero_ns), name_of(outcome_of(tries)), tries.size());
    if (const Attempt* last = deciding(tries); last != nullptr) {
      fmt::format_to(std::back_inserter(row), ",{},{},{},{},{},{},{},{},{},{},{},{}",
                     ms_from(tries.front()->sent_ns, zero_ns), ms_from(last->sent_ns, zero_ns),
                     ms_from(last->answered_ns, zero_ns), last->http_status, last->replay,
                     last->amount_minor, last->balance_minor, last->version, last->seq, last->epoch,
                     last->timeline, csv_field(last->reason));
    } else {
      row += ",,,,,,,,,,,,";
    }
    const bool converts = operation.kind == OperationKind::convert;
    fmt::format_to(std::back_inserter(row), ",{},{},{}", name_of(operation.method),
                   name_of(operation.network), converts ? name_of(operation.currency_to) : "");
    out << row << '\n';
  }
}

}  // namespace rehearse
