#include "checks/conversions.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

namespace rehearse {
namespace {

struct Exchange {
  const Transaction* transaction = nullptr;
  Int128 from_minor = 0, to_minor = 0;
};
using Pair = std::pair<std::string_view, std::string_view>;  // currencies from and to

std::string exchange_text(const Exchange& exchange, const Pair& pair) {
  return fmt::format("tx {} gave {} for {}", exchange.transaction->tx,
                     money(exchange.to_minor, pair.second), money(exchange.from_minor, pair.first));
}

// nullopt: the client was not told, or is of an older history.
std::optional<int64_t> told_minor(const Attempt& answer) {
  std::string_view text = answer.reason;
  if (!text.starts_with(told_to_minor)) return std::nullopt;
  text.remove_prefix(told_to_minor.size());
  int64_t minor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return minor;
}

void match_answer(Examination& examination, const Joined& joined, const Booked& booked,
                  const Exchange& exchange, const Pair& pair) {
  const History& history = joined.run.history;
  if (booked.operation >= history.operations.size()) return;  // a phantom
  const Operation& operation = history.operations[booked.operation];
  if (pair.second != name_of(operation.currency_to)) {
    examination.violation("{}: {} was asked for, {}", booked.transaction->key,
                          name_of(operation.currency_to), exchange_text(exchange, pair));
  }
  const Ended& ended = joined.ended[operation.id];
  if (ended.outcome != Outcome::ok) return;
  const auto told = told_minor(*ended.answer);
  if (!told || *told == exchange.to_minor) return;
  examination.violation("{}: told {}, {}", booked.transaction->key, money(*told, pair.second),
                        exchange_text(exchange, pair));
}

// Whether a rate of the one can be the other's too: each is known but for the unit of rounding.
bool same_rate(const Exchange& a, const Exchange& b) {
  return (a.to_minor - 1) * b.from_minor < (b.to_minor + 1) * a.from_minor &&
         (b.to_minor - 1) * a.from_minor < (a.to_minor + 1) * b.from_minor;
}

// The middle one by rate, so that one that is wrong does not set it.
const Exchange& usual_of(std::vector<Exchange>& exchanges) {
  const auto middle = exchanges.begin() + static_cast<std::ptrdiff_t>(exchanges.size() / 2);
  std::ranges::nth_element(exchanges, middle, [](const Exchange& a, const Exchange& b) {
    return a.to_minor * b.from_minor < b.to_minor * a.from_minor;
  });
  return *middle;
}

}  // namespace

void match_conversions(Examination& examination, const Joined& joined) {
  std::map<Pair, std::vector<Exchange>> pairs;
  for (const Booked& booked : joined.ledger.booked()) {
    const Transaction& transaction = *booked.transaction;
    if (transaction.kind != "conversion") continue;
    examination.examined();
    const bool as_booked = transaction.cash_minor < 0;
    const Int128 a = transaction.cash_minor, b = transaction.other_cash_minor;
    const Exchange exchange{&transaction, -(as_booked ? a : b), as_booked ? b : a};
    const Pair pair = as_booked ? Pair{transaction.currency, transaction.other_currency}
                                : Pair{transaction.other_currency, transaction.currency};
    if (exchange.from_minor <= 0 || exchange.to_minor <= 0) {
      examination.violation("{}: {}", transaction.key, exchange_text(exchange, pair));
      continue;
    }
    match_answer(examination, joined, booked, exchange, pair);
    pairs[pair].push_back(exchange);
  }
  std::map<Pair, Exchange> usual;
  for (auto& [pair, exchanges] : pairs) {
    const Exchange middle = usual[pair] = usual_of(exchanges);
    for (const Exchange& exchange : exchanges) {
      if (same_rate(exchange, middle)) continue;
      examination.violation("{}: {}, but {}", exchange.transaction->key,
                            exchange_text(exchange, pair), exchange_text(middle, pair));
    }
  }
  for (const auto& [pair, there] : usual) {
    const auto back = usual.find({pair.second, pair.first});
    if (pair.first > pair.second || back == usual.end()) continue;
    const Exchange& home = back->second;
    if ((there.to_minor - 1) * (home.to_minor - 1) <= there.from_minor * home.from_minor) continue;
    examination.violation("there and back makes money: {}, {}", exchange_text(there, pair),
                          exchange_text(home, back->first));
  }
}

}  // namespace rehearse
