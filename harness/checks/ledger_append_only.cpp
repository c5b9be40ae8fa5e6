// Proves that the ledger only ever grew at its end, as the clients saw it: what an answer said to
// be at a sequence number is still there, under that key; the ledger still reaches as far as
// anybody was told; and whatever was first sent after an answer stands above all that the answer
// knew of, so that nothing was slipped in below. From: client history (answers that carry a
// sequence number), ledger_entries. Cannot see: entries whose place nobody was told of
// (ledger_chain: a changed one breaks its hash).
#include <algorithm>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

// Answers that knew how far the ledger reached, by the time they came.
struct ToldSeq {
  int64_t answered_ns = 0, seq = 0;
  const Attempt* attempt = nullptr;
};

// Only those that no tolerated loss explains, each with the highest number until then.
std::vector<ToldSeq> told_until(const Joined& joined) {
  std::vector<ToldSeq> told;
  for (const Attempt& attempt : joined.run.history.attempts) {
    if (attempt.outcome != Outcome::ok || attempt.seq == 0) continue;
    if (joined.loss.explains(attempt)) continue;
    told.push_back({attempt.answered_ns, attempt.seq, &attempt});
  }
  std::ranges::sort(told, {}, &ToldSeq::answered_ns);
  for (size_t i = 1; i < told.size(); ++i) {
    if (told[i - 1].seq <= told[i].seq) continue;
    told[i].seq = told[i - 1].seq;
    told[i].attempt = told[i - 1].attempt;
  }
  return told;
}

// Still there, and what the answer said it was?
void examine_places(Examination& examination, const Joined& joined) {
  const History& history = joined.run.history;
  for (const Operation& operation : history.operations) {
    const Ended& end = joined.ended[operation.id];
    const KindTraits& traits = traits_of(operation.kind);
    const bool told = end.outcome == Outcome::ok && end.answer->seq != 0;
    if (!told || !traits.is_posting) continue;
    examination.examined();
    const Transaction* transaction = joined.ledger.find(operation.id, traits.step);
    if (transaction != nullptr && transaction->seq == end.answer->seq) continue;
    const std::string text =
        fmt::format("{} {}: told that it is at seq {}, {}", key_of(history.run_key, operation.id),
                    name_of(operation.kind), end.answer->seq,
                    transaction == nullptr ? std::string("where it is not any more")
                                           : fmt::format("now it is at {}", transaction->seq));
    if (joined.loss.explains(*end.answer)) {
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
}

void examine_end(Examination& examination, const Joined& joined, const std::vector<ToldSeq>& told) {
  if (told.empty()) return;
  int64_t last = 0;
  for (const LedgerEntry* entry : joined.ledger.entries()) last = std::max(last, entry->seq);
  examination.examined();
  if (told.back().seq <= last) return;
  examination.violation("the ledger ends at seq {}, {} was told that it reaches {}", last,
                        key_of(joined.run.history.run_key, told.back().attempt->operation),
                        told.back().seq);
}

void examine_insertions(Examination& examination, const Joined& joined,
                        const std::vector<ToldSeq>& told) {
  for (const Booked& booked : joined.ledger.booked()) {
    if (booked.operation >= joined.ended.size()) continue;
    const Attempt* first = joined.ended[booked.operation].first;
    if (first == nullptr || first->sent_ns == 0) continue;
    examination.examined();
    const auto after = std::ranges::lower_bound(told, first->sent_ns, {}, &ToldSeq::answered_ns);
    if (after == told.begin()) continue;
    const ToldSeq& before = *std::prev(after);
    if (booked.transaction->seq > before.seq) continue;
    examination.violation(
        "tx {} ({} {}): at seq {}, though first sent after {} was told that the ledger reaches {}",
        booked.transaction->tx, booked.transaction->kind, booked.transaction->key,
        booked.transaction->seq, key_of(joined.run.history.run_key, before.attempt->operation),
        before.seq);
  }
}

}  // namespace

Finding examine_ledger_append_only(const Joined& joined) {
  if (!joined.run.books.ledger_entries) {
    return without_books("ledger_append_only", "ledger_entries");
  }
  Examination examination("ledger_append_only");
  const std::vector<ToldSeq> told = told_until(joined);
  examine_end(examination, joined, told);
  examine_places(examination, joined);
  examine_insertions(examination, joined, told);
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{} answers told a place: all still there, nothing slipped in below",
                        told.size())
          : fmt::format("{}: not what clients were told",
                        counted(examination.violations(), "difference"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
