// Proves that one writer at a time wrote the ledger: epochs (region term, timeline, writer epoch)
// never decrease in the ledger's order; nothing that was first sent after a newer epoch had been
// acknowledged was committed or acknowledged under an older one; and what answers told of their
// entry's number and epoch is what the ledger has.
// From: ledger_entries with epochs, client history.
// Cannot see: two writers that shared one epoch (ledger_chain, ledger_balanced).
#include <algorithm>
#include <map>
#include <set>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

std::string text_of(const WriterEpoch& epoch) {
  if (epoch.region_term == 0) return fmt::format("{}.{}", epoch.timeline, epoch.epoch);
  return fmt::format("{}.{}.{}", epoch.region_term, epoch.timeline, epoch.epoch);
}

// An epoch that clients knew of from this moment on.
struct KnownEpoch {
  int64_t answered_ns = 0;
  WriterEpoch epoch;
  const Attempt* attempt = nullptr;
};

void examine_order(Examination& examination, const LedgerView& ledger) {
  const LedgerEntry* newest = nullptr;
  int64_t without = 0;
  for (const LedgerEntry* entry : ledger.entries()) {
    const auto epoch = writer_epoch_of(*entry);
    if (!epoch) {
      ++without;
      continue;
    }
    examination.examined();
    const bool same_ledger = newest != nullptr && newest->ledger == entry->ledger;
    if (!same_ledger || *epoch >= *writer_epoch_of(*newest)) {
      newest = entry;
      continue;
    }
    examination.violation("ledger {} seq {} (tx {}, {} {}): written in epoch {}, after {} in {}",
                          entry->ledger, entry->seq, entry->tx, entry->kind, entry->key,
                          text_of(*epoch), newest->seq, text_of(*writer_epoch_of(*newest)));
  }
  if (without > 0) {
    examination.cannot_say(fmt::format("{} carry no epoch", counted(without, "ledger entry")));
  }
}

// Each by what answers tell of it. Where they tell no region term the ledger knows it.
std::map<WriterEpoch, WriterEpoch> ledger_epochs(const LedgerView& ledger) {
  std::map<WriterEpoch, WriterEpoch> epochs;
  std::optional<WriterEpoch> last;
  for (const LedgerEntry* entry : ledger.entries()) {
    const auto epoch = writer_epoch_of(*entry);
    if (!epoch || epoch == last) continue;
    last = epochs[*epoch] = *epoch;
    WriterEpoch& newest = epochs[{0, epoch->timeline, epoch->epoch}];
    newest = std::max(newest, *epoch);
  }
  return epochs;
}

size_t writers_of(const LedgerView& ledger) {
  std::set<WriterEpoch> writers;
  for (const auto& [told, epoch] : ledger_epochs(ledger)) writers.insert(epoch);
  return writers.size();
}

// By time, each with the newest epoch known by then. Epochs that wrote nothing are left out.
std::vector<KnownEpoch> known_epochs(const Joined& joined) {
  const auto epochs = ledger_epochs(joined.ledger);
  std::vector<KnownEpoch> known;
  for (const Attempt& attempt : joined.run.history.attempts) {
    if (attempt.answered_ns == 0 || attempt.epoch == 0) continue;
    const auto epoch = epochs.find(told_epoch(attempt));
    if (epoch != epochs.end()) known.push_back({attempt.answered_ns, epoch->second, &attempt});
  }
  std::ranges::stable_sort(known, {}, &KnownEpoch::answered_ns);
  for (size_t i = 1; i < known.size(); ++i) {
    if (known[i].epoch >= known[i - 1].epoch) continue;
    known[i].epoch = known[i - 1].epoch;
    known[i].attempt = known[i - 1].attempt;
  }
  return known;
}

// The newest that somebody had been told of by then; null: none.
const KnownEpoch* known_at(const std::vector<KnownEpoch>& known, int64_t sent_ns) {
  const auto after = std::ranges::lower_bound(known, sent_ns, {}, &KnownEpoch::answered_ns);
  return after == known.begin() ? nullptr : &*std::prev(after);
}

void examine_real_time(Examination& examination, const Joined& joined,
                       const std::vector<KnownEpoch>& known) {
  const History& history = joined.run.history;
  for (const Booked& booked : joined.ledger.booked()) {
    if (booked.operation >= joined.ended.size() || !booked.transaction->epoch) continue;
    const Attempt* first = joined.ended[booked.operation].first;
    if (first == nullptr || first->sent_ns == 0) continue;
    examination.examined();
    const KnownEpoch* newest = known_at(known, first->sent_ns);
    if (newest == nullptr || *booked.transaction->epoch >= newest->epoch) continue;
    examination.violation(
        "{} {} (tx {}): first sent at {:.3f} s, committed in epoch {}, though {} was told of {} at "
        "{:.3f} s",
        booked.transaction->key, booked.transaction->kind, booked.transaction->tx,
        run_ms(history, first->sent_ns) / 1000, text_of(*booked.transaction->epoch),
        key_of(history.run_key, newest->attempt->operation), text_of(newest->epoch),
        run_ms(history, newest->attempt->answered_ns) / 1000);
  }
}

// A writer beside the one that led: what it took is in no ledger, but clients were told.
void examine_beside(Examination& examination, const Joined& joined,
                    const std::vector<KnownEpoch>& known) {
  const History& history = joined.run.history;
  for (const LostWrite& lost : joined.loss.lost) {
    const Attempt* first = joined.ended[lost.operation].first;
    if (lost.ack->epoch == 0 || lost.ack->replay != 0 || first == nullptr) continue;
    examination.examined();
    const KnownEpoch* newest = known_at(known, first->sent_ns);
    if (newest == nullptr) continue;
    // Answers that tell no region term are compared by the rest.
    WriterEpoch told = told_epoch(*lost.ack);
    if (told.region_term == 0) told.region_term = newest->epoch.region_term;
    if (told >= newest->epoch) continue;
    examination.violation(
        "{}: first sent at {:.3f} s, acknowledged in epoch {}, though {} was told of {} at {:.3f} "
        "s",
        lost.key, run_ms(history, first->sent_ns) / 1000, text_of(told_epoch(*lost.ack)),
        key_of(history.run_key, newest->attempt->operation), text_of(newest->epoch),
        run_ms(history, newest->attempt->answered_ns) / 1000);
  }
}

bool is_as_told(const Attempt& attempt, const Transaction& transaction) {
  if (transaction.seq != attempt.seq) return false;
  if (attempt.epoch == 0 || !transaction.epoch) return true;
  WriterEpoch written = *transaction.epoch;
  if (attempt.region_term == 0) written.region_term = 0;
  return told_epoch(attempt) == written;
}

// Of what is not in the ledger at all no_lost_writes speaks.
void examine_told(Examination& examination, const Joined& joined) {
  const History& history = joined.run.history;
  for (const Attempt& attempt : history.attempts) {
    const Operation& operation = history.operations.at(attempt.operation);
    if (attempt.outcome != Outcome::ok || attempt.seq == 0 || !is_posting(operation.kind)) continue;
    const auto booked = joined.ledger.booked(operation.id);
    if (booked.empty()) continue;
    examination.examined();
    const bool as_told = std::ranges::any_of(
        booked, [&](const Booked& one) { return is_as_told(attempt, *one.transaction); });
    if (as_told) continue;
    const Transaction& transaction = *booked.front().transaction;
    const std::string text =
        fmt::format("{}: told seq {} in epoch {}, the ledger has seq {} in {}", transaction.key,
                    attempt.seq, text_of(told_epoch(attempt)), transaction.seq,
                    transaction.epoch ? text_of(*transaction.epoch) : std::string("no epoch"));
    if (joined.loss.explains(attempt)) {
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
}

}  // namespace

Finding examine_single_writer(const Joined& joined) {
  if (!joined.run.books.ledger_entries) return without_books("single_writer", "ledger_entries");
  Examination examination("single_writer");
  examine_order(examination, joined.ledger);
  const auto known = known_epochs(joined);
  examine_real_time(examination, joined, known);
  examine_beside(examination, joined, known);
  examine_told(examination, joined);
  const size_t writers = writers_of(joined.ledger);
  if (writers == 1) examination.not_exercised("the writer never changed");
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} writer epochs, one after the other, as clients were told", writers)
          : fmt::format("writers overlapped, or were not as told: {}",
                        counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
