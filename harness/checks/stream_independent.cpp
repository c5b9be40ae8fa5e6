// Proves that betting windows never depend on what players see of a table: windows follow one
// schedule whether the stream is well or not, every bet taken lies in its window, and every bet
// refused for its time lies outside; no bet at a table was booked that was not taken so, and none
// once its outcome may be known, or a player could wait for it and complete the winners alone.
// From: windows, window_bets (the platform's), stream_samples (the stream's own), ledger_entries,
// client history, faults.
// Cannot see: bets that a player's own client did not send because its picture stood still.
#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>

#include "checks/examination.hpp"
#include "checks/instants.hpp"
#include "checks/joined.hpp"

namespace rehearse {
namespace {

using Windows = std::vector<const BettingWindow*>;

std::map<std::string_view, Windows> by_table(const std::vector<BettingWindow>& windows) {
  std::map<std::string_view, Windows> tables;
  for (const BettingWindow& window : windows) tables[window.table].push_back(&window);
  for (auto& [table, list] : tables)
    std::ranges::sort(list, {}, [](const BettingWindow* w) { return w->opened_ms; });
  return tables;
}

// The schedule that a table keeps: most often found, so that one that moved cannot set it.
int64_t usual(std::vector<int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// "table-1-179603978" without its number.
std::string_view series_of(std::string_view window) {
  const size_t last = window.find_last_not_of("0123456789");
  return window.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Null: it does not end with one.
std::optional<int64_t> number_of(std::string_view window) {
  const std::string_view digits = window.substr(series_of(window).size());
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc{}) return std::nullopt;
  return number;
}

// A series of windows is one table's.
void examine_series(Examination& examination, const std::vector<BettingWindow>& windows) {
  std::map<std::string_view, std::string_view> table_of;
  for (const BettingWindow& window : windows) {
    const std::string_view series = series_of(window.window);
    if (series.empty() || series == window.window) continue;
    const std::string_view table = table_of.try_emplace(series, window.table).first->second;
    if (table != window.table)
      examination.violation("window {} is of {}, others of its series are of {}", window.window,
                            window.table, table);
  }
}

// Where windows are numbered, they count on from one to the next.
void examine_numbers(Examination& examination, std::string_view table, const Windows& windows) {
  const auto numbered = std::ranges::count_if(
      windows, [](const BettingWindow* w) { return number_of(w->window).has_value(); });
  if (2 * numbered <= std::ssize(windows)) return;
  std::vector<int64_t> firsts;  // what the first one's number would be by each
  for (size_t i = 0; i < windows.size(); ++i)
    firsts.push_back(number_of(windows[i]->window).value_or(0) - static_cast<int64_t>(i));
  const int64_t first = usual(firsts);
  for (size_t i = 0; i < windows.size(); ++i)
    if (firsts[i] != first)
      examination.violation("{}: window {} is the {}th, number {}", table, windows[i]->window,
                            i + 1, first + static_cast<int64_t>(i));
}

void examine_schedule(Examination& examination, std::string_view table, const Windows& windows) {
  std::vector<int64_t> lengths, steps;
  for (size_t i = 0; i < windows.size(); ++i) {
    lengths.push_back(windows[i]->closed_ms - windows[i]->opened_ms);
    if (i > 0) steps.push_back(windows[i]->opened_ms - windows[i - 1]->opened_ms);
  }
  const int64_t length_ms = usual(lengths), step_ms = usual(steps);
  examine_numbers(examination, table, windows);
  for (size_t i = 0; i < windows.size(); ++i) {
    examination.examined();
    if (lengths[i] != length_ms)
      examination.violation("{}: window {} was open for {} ms, not {} ms", table,
                            windows[i]->window, lengths[i], length_ms);
    if (i == 0 || steps[i - 1] == step_ms) continue;
    examination.violation("{}: window {} opened {} ms after the one before it, not {} ms", table,
                          windows[i]->window, steps[i - 1], step_ms);
  }
}

class Degraded {
 public:
  explicit Degraded(const std::vector<StreamSample>& samples) {
    for (const StreamSample& sample : samples)
      if (sample.mode != "webrtc") at_ms_.push_back(sample.at_ms);
    std::ranges::sort(at_ms_);
  }
  bool within(int64_t from_ms, int64_t to_ms) const {
    const auto first = std::ranges::lower_bound(at_ms_, from_ms);
    return first != at_ms_.end() && *first <= to_ms;
  }
  bool ever() const { return !at_ms_.empty(); }

 private:
  std::vector<int64_t> at_ms_;
};

struct DegradedCounts {
  int64_t windows = 0, bets = 0;  // while the stream was stepped down
};

void examine_bets(Examination& examination, const Books& books, const Degraded& degraded,
                  DegradedCounts& counts) {
  std::unordered_map<std::string_view, const BettingWindow*> known;
  for (const BettingWindow& window : *books.windows) known[window.window] = &window;
  for (const WindowBet& bet : *books.window_bets) {
    examination.examined();
    const auto found = known.find(bet.window);
    if (found == known.end()) {
      if (bet.outcome != "outside_window")
        examination.violation("{}: taken for window {}, which never was", bet.key, bet.window);
      continue;
    }
    const BettingWindow& window = *found->second;
    const bool inside = bet.decided_ms >= window.opened_ms && bet.decided_ms < window.closed_ms;
    counts.bets += degraded.within(window.opened_ms, window.closed_ms) ? 1 : 0;
    if (inside == (bet.outcome != "outside_window")) continue;
    examination.violation("{}: {} {} ms after window {} opened, which was open for {} ms", bet.key,
                          bet.outcome, bet.decided_ms - window.opened_ms, bet.window,
                          window.closed_ms - window.opened_ms);
  }
}

// What the ledger has of bets at tables was decided in time.
void examine_booked(Examination& examination, const Joined& joined) {
  std::unordered_map<std::string_view, std::string_view> outcomes;
  for (const WindowBet& bet : *joined.run.books.window_bets) outcomes[bet.key] = bet.outcome;
  for (const Operation& operation : joined.run.history.operations) {
    if (operation.kind != OperationKind::table_bet) continue;
    const Transaction* booked = joined.ledger.find(operation.id, "");
    if (booked == nullptr) continue;
    examination.examined();
    const auto found = outcomes.find(booked->key);
    const std::string_view outcome = found == outcomes.end() ? "not decided" : found->second;
    if (outcome == "accepted") continue;
    const std::string text =
        fmt::format("{}: booked as tx {}, and {}", booked->key, booked->tx, outcome);
    if (joined.loss.explains(booked->key)) {
      examination.listed("{}", text);
    } else {
      examination.violation("{}", text);
    }
  }
}

// A commit may wait for its replica; what is later was asked for later.
constexpr int64_t booked_after_ms_max = 10'000;

void examine_late_bookings(Examination& examination, const Books& books) {
  if (!books.ledger_entries) return;
  std::unordered_map<std::string_view, int64_t> closed_ms_of_window, closed_ms_of_bet;
  for (const BettingWindow& window : *books.windows)
    closed_ms_of_window.emplace(window.window, window.closed_ms);
  for (const WindowBet& bet : *books.window_bets) {
    const auto window = closed_ms_of_window.find(bet.window);
    if (window != closed_ms_of_window.end()) closed_ms_of_bet.emplace(bet.key, window->second);
  }
  std::string_view last;
  for (const LedgerEntry& entry : *books.ledger_entries) {
    const auto bet = closed_ms_of_bet.find(entry.key);
    if (bet == closed_ms_of_bet.end() || entry.kind != "bet" || entry.tx == last) continue;
    last = entry.tx;
    const auto at_ms = wall_ms_of(entry.committed_at);
    if (!at_ms || *at_ms <= bet->second + booked_after_ms_max) continue;
    examination.violation("{}: booked {} ms after its window closed", entry.key,
                          *at_ms - bet->second);
  }
}

}  // namespace

Finding examine_stream_independent(const Joined& joined) {
  const Books& books = joined.run.books;
  if (!books.windows || !books.window_bets || !books.stream_samples)
    return without_books("stream_independent", "windows, window_bets or stream_samples");
  Examination examination("stream_independent");
  const Degraded degraded(*books.stream_samples);
  DegradedCounts counts;
  examine_series(examination, *books.windows);
  for (const auto& [table, windows] : by_table(*books.windows)) {
    examine_schedule(examination, table, windows);
    counts.windows += std::ranges::count_if(windows, [&](const BettingWindow* window) {
      return degraded.within(window->opened_ms, window->closed_ms);
    });
  }
  examine_bets(examination, books, degraded, counts);
  examine_booked(examination, joined);
  examine_late_bookings(examination, books);
  const bool wanted = std::ranges::any_of(joined.run.faults, [](const FaultRecord& fault) {
    return fault.fault == "stream_degrade" && fault.effective_ms;
  });
  if (wanted && !degraded.ever())
    examination.cannot_say("the stream was degraded, but never stepped down");
  if (wanted && degraded.ever() && counts.windows == 0)
    examination.cannot_say("no window was open while the stream was stepped down");
  if (!degraded.ever()) examination.not_exercised("the stream was never stepped down");
  return std::move(examination)
      .finish(fmt::format("{} and {}, {} and {} of them while the stream was stepped down",
                          counted(std::ssize(*books.windows), "window"),
                          counted(std::ssize(*books.window_bets), "bet"), counts.windows,
                          counts.bets));
}

}  // namespace rehearse
