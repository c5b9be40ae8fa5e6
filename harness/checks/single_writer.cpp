// Proves that one writer at a time wrote the ledger: epochs (region term, timeline, writer epoch)
// never decrease in the ledger's order; nothing that was first sent after a newer epoch had been
// acknowledged was committed under an older one; and what answers told of their entry's number and
// epoch is what the ledger has.
// From: ledger_entries with epochs, client history.
// Cannot see: two writers that shared one epoch (ledger_chain, ledger_balanced).
#include <algorithm>
#include <map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

using ToldEpoch = std::pair<int64_t, int64_t>;  // timeline, writer epoch: what answers carry

ToldEpoch told_by(const Attempt& attempt) {
  return {attempt.timeline, attempt.epoch};
}

std::string text_of(const WriterEpoch& epoch) {
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

// Answers carry no region term: the ledger knows of which region an epoch was.
std::map<ToldEpoch, int64_t> region_terms(const LedgerView& ledger) {
  std::map<ToldEpoch, int64_t> terms;
  std::optional<WriterEpoch> last;
  for (const LedgerEntry* entry : ledger.entries()) {
    const auto epoch = writer_epoch_of(*entry);
    if (!epoch || epoch == last) continue;
    last = epoch;
    int64_t& term = terms[{epoch->timeline, epoch->epoch}];
    term = std::max(term, epoch->region_term);
  }
  return terms;
}

// By time, each with the newest epoch known by then. Epochs that wrote nothing are left out.
std::vector<KnownEpoch> known_epochs(const Joined& joined) {
  const auto terms = region_terms(joined.ledger);
  std::vector<KnownEpoch> known;
  for (const Attempt& attempt : joined.run.history.attempts) {
    if (attempt.answered_ns == 0 || attempt.epoch == 0) continue;
    const auto term = terms.find(told_by(attempt));
    if (term == terms.end()) continue;
    known.push_back(
        {attempt.answered_ns, {term->second, attempt.timeline, attempt.epoch}, &attempt});
  }
  std::ranges::stable_sort(known, {}, &KnownEpoch::answered_ns);
  for (size_t i = 1; i < known.size(); ++i) {
    if (known[i].epoch >= known[i - 1].epoch) continue;
    known[i].epoch = known[i - 1].epoch;
    known[i].attempt = known[i - 1].attempt;
  }
  return known;
}

void examine_real_time(Examination& examination, const Joined& joined) {
  const History& history = joined.run.history;
  const std::vector<KnownEpoch> known = known_epochs(joined);
  for (const Booked& booked : joined.ledger.booked()) {
    if (booked.operation >= joined.ended.size() || !booked.transaction->epoch) continue;
    const Attempt* first = joined.ended[booked.operation].first;
    if (first == nullptr || first->sent_ns == 0) continue;
    examination.examined();
    const auto after =
        std::ranges::lower_bound(known, first->sent_ns, {}, &KnownEpoch::answered_ns);
    if (after == known.begin()) continue;
    const KnownEpoch& newest = *std::prev(after);
    if (*booked.transaction->epoch >= newest.epoch) continue;
    examination.violation(
        "{} {} (tx {}): first sent at {:.3f} s, committed in epoch {}, though {} was told of {} at "
        "{:.3f} s",
        booked.transaction->key, booked.transaction->kind, booked.transaction->tx,
        run_ms(history, first->sent_ns) / 1000, text_of(*booked.transaction->epoch),
        key_of(history.run_key, newest.attempt->operation), text_of(newest.epoch),
        run_ms(history, newest.attempt->answered_ns) / 1000);
  }
}

bool is_as_told(const Attempt& attempt, const Transaction& transaction) {
  if (transaction.seq != attempt.seq) return false;
  const bool told = attempt.epoch != 0 && transaction.epoch;
  return !told ||
         told_by(attempt) == ToldEpoch{transaction.epoch->timeline, transaction.epoch->epoch};
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
        fmt::format("{}: told seq {} in epoch {}.{}, the ledger has seq {} in {}", transaction.key,
                    attempt.seq, attempt.timeline, attempt.epoch, transaction.seq,
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
  examine_real_time(examination, joined);
  examine_told(examination, joined);
  const size_t writers = region_terms(joined.ledger).size();
  if (writers == 1) examination.not_exercised("the writer never changed");
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} writer epochs, one after the other, as clients were told", writers)
          : fmt::format("writers overlapped, or were not as told: {}",
                        counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
