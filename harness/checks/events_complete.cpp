// Proves that the event log tells the ledger's whole story: every transaction has an event with its
// tx, key, kind and amount, no event is without its transaction, and each player's events come in
// one partition and in the ledger's order. Events are delivered at least once: copies are counted,
// not wrong. From: ledger_entries, events. Cannot see: how late events were (rpo), or what
// consumers made of them (reporting_complete).
#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

class EventLog {
 public:
  EventLog(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), told_(joined.ledger.transactions().size()) {
    const std::vector<LedgerEvent>& events = *joined.run.books.events;
    order_.resize(events.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::ranges::sort(order_, {}, [&](size_t i) {
      return std::tuple<std::string_view, int64_t, int64_t>(events[i].topic, events[i].partition,
                                                            events[i].offset);
    });
  }

  void examine() {
    for (const size_t i : order_) {
      examination_.examined();
      const LedgerEvent& event = (*joined_.run.books.events)[i];
      const Transaction* transaction = joined_.told_of[i];
      if (transaction == nullptr) {
        phantom(event);
        continue;
      }
      examine_content(event, *transaction);
      const size_t index = joined_.ledger.index_of(*transaction);
      copies_ += told_[index] ? 1 : 0;
      if (!told_[index]) examine_order(event, *transaction);
      told_[index] = true;
    }
    examine_missing();
  }

  int64_t copies() const { return copies_; }

 private:
  static std::string place(const LedgerEvent& event) {
    return fmt::format("{}/{}@{}", event.topic, event.partition, event.offset);
  }

  void phantom(const LedgerEvent& event) {
    const std::string text =
        fmt::format("event {}: {} {} of {}, tx {}, which the ledger lacks", place(event),
                    event.kind, money(event.amount_minor, event.currency), event.key, event.tx);
    if (joined_.loss.explains(business_key_of(event.key), event.at)) {
      examination_.listed("{}", text);
    } else {
      examination_.violation("{}", text);
    }
  }

  void examine_content(const LedgerEvent& event, const Transaction& transaction) {
    const Int128 moved = moved_minor(transaction);
    if (event.key == transaction.key && event.kind == transaction.kind &&
        event.currency == transaction.currency && magnitude(event.amount_minor) == moved) {
      return;
    }
    examination_.violation("tx {}: {} {} {} in the ledger, {} {} {} in event {}", transaction.tx,
                           transaction.key, transaction.kind, money(moved, transaction.currency),
                           event.key, event.kind, money(event.amount_minor, event.currency),
                           place(event));
  }

  // First copies only: what is delivered again starts over from an earlier one.
  void examine_order(const LedgerEvent& event, const Transaction& transaction) {
    const std::string_view owner =
        transaction.player.empty() ? transaction.key : transaction.player;
    Last& last = last_[owner];
    const bool same_log = last.event != nullptr && last.event->topic == event.topic &&
                          last.event->partition == event.partition;
    // Between partitions there is no order that a consumer could keep.
    if (last.event != nullptr && !same_log)
      examination_.violation("{}: event {} (tx {}) is in another partition than {} (tx {})", owner,
                             place(event), transaction.tx, place(*last.event), last.event->tx);
    if (same_log && transaction.seq < last.seq) {
      examination_.violation("{}: event {} (tx {}, seq {}) comes after {} (tx {}, seq {})", owner,
                             place(event), transaction.tx, transaction.seq, place(*last.event),
                             last.event->tx, last.seq);
    }
    if (!same_log || transaction.seq > last.seq) last = {&event, transaction.seq};
  }

  void examine_missing() {
    int64_t open = 0;
    for (const Transaction& transaction : joined_.ledger.transactions()) {
      examination_.examined();
      if (told_[joined_.ledger.index_of(transaction)]) continue;
      if (!joined_.run.drained_ms) {  // it may only have needed more time
        ++open;
        continue;
      }
      examination_.violation(
          "tx {} (seq {}): {} {} of {} has no event", transaction.tx, transaction.seq,
          transaction.kind, money(moved_minor(transaction), transaction.currency), transaction.key);
    }
    if (open == 0) return;
    examination_.cannot_say(
        fmt::format("{} without an event when the drain ran out", counted(open, "transaction")));
  }

  struct Last {
    const LedgerEvent* event = nullptr;
    int64_t seq = 0;
  };

  Examination& examination_;
  const Joined& joined_;
  std::vector<size_t> order_;                        // events by topic, partition and offset
  std::vector<bool> told_;                           // transactions that had an event
  std::unordered_map<std::string_view, Last> last_;  // by player
  int64_t copies_ = 0;
};

}  // namespace

Finding examine_events_complete(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.ledger_entries || !books.events) {
    return without_books("events_complete", "ledger_entries or events");
  }
  Examination examination("events_complete");
  EventLog log(examination, joined);
  log.examine();
  const std::string counts = fmt::format(
      "{} events of {} transactions, {}", books.events->size(), joined.ledger.transactions().size(),
      log.copies() == 1 ? "1 copy" : fmt::format("{} copies", log.copies()));
  const std::string summary =
      examination.violations() == 0
          ? fmt::format("{}: complete and in order", counts)
          : fmt::format("{}: {}", counts, counted(examination.violations(), "violation"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
