// Proves that the books are books: each names a thing once, says of it only what can be said, is
// there where others need it, and says of it what the others say, whoever keeps them.
// From: all tables, client history; each rule is a row of book_rules.cpp.
// Cannot see: what only one book knows; docs/columns.md names each such column.
#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"
#include "checks/book_rules.hpp"
#include "checks/examination.hpp"
#include "record/columns.hpp"

namespace rehearse {
namespace {

using Texts = std::vector<std::string_view>;

// What a side says of each thing. Mostly one thing only: others are kept aside.
struct Said {
  std::unordered_map<std::string_view, std::string_view> first;
  std::unordered_multimap<std::string_view, std::string_view> more;
  std::unordered_set<std::string_view> leading;  // first parts of names

  void add(std::string_view name, std::string_view value) {
    const auto [known, added] = first.try_emplace(name, value);
    if (!added && known->second != value && !says(name, value)) more.emplace(name, value);
  }
  bool says(std::string_view name, std::string_view value) const {
    const auto known = first.find(name);
    if (known == first.end()) return false;
    if (known->second == value) return true;
    const auto [from, to] = more.equal_range(name);
    return std::any_of(from, to, [&](const auto& other) { return other.second == value; });
  }
};

class BookRules {
 public:
  BookRules(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined) {}

  void examine(const Identity& rule) {
    Sheets sheets(joined_);
    const auto chosen = sheets.chosen(rule.table, rule.where);
    const Texts names = sheets.texts(rule.table, rule.columns, chosen);
    std::unordered_set<std::string_view> seen;
    seen.reserve(names.size());
    for (size_t i = 0; i < names.size(); ++i) {
      if (!chosen[i]) continue;
      examination_.examined();
      if (!seen.insert(names[i]).second)
        examination_.violation("{}: {} twice", rule.table, names[i]);
    }
  }

  void examine(const Vocabulary& rule) {
    Sheets sheets(joined_);
    for (const std::string_view text : sheets.texts(rule.table, Words{rule.column})) {
      examination_.examined();
      if (std::ranges::find(rule.words, text) == rule.words.end())
        examination_.violation("{}.{}: \"{}\" is none of its words", rule.table, rule.column, text);
    }
  }

  void examine(const Sameness& rule) {
    Sheets sheets(joined_);
    const auto chosen = sheets.chosen(rule.table, rule.where);
    const Texts one = sheets.texts(rule.table, Words{rule.one}, chosen);
    const Texts other = sheets.texts(rule.table, Words{rule.other}, chosen);
    for (size_t i = 0; i < one.size(); ++i) {
      if (!chosen[i]) continue;
      examination_.examined();
      if (one[i] != other[i])
        examination_.violation("{}: {} is \"{}\", where {} is \"{}\"", rule.table, rule.one, one[i],
                               rule.other, other[i]);
    }
  }

  void examine(const Join& rule) {
    Sheets sheets(joined_);
    if (!sheets.has(rule.one.table) || !sheets.has(rule.other.table)) return;
    const Said said = said_by(sheets, rule);
    const bool of_itself = rule.one.table == rule.other.table && rule.one.on == rule.other.on &&
                           rule.need == Need::if_known;
    const auto chosen = sheets.chosen(rule.one.table, rule.one.where);
    const Texts names = sheets.texts(rule.one.table, rule.one.on, chosen);
    const bool of_known = rule.need == Need::of_known;
    const Texts leading =
        of_known ? sheets.texts(rule.one.table, std::span(rule.one.on).first(1)) : Texts();
    const Texts values = sheets.texts(rule.one.table, rule.one.says, chosen);
    for (size_t i = 0; i < names.size(); ++i) {
      if (!chosen[i] || names[i].empty()) continue;
      examination_.examined();
      const auto known = said.first.find(names[i]);
      if (known == said.first.end()) {
        const bool needed =
            rule.need == Need::must_know || (of_known && said.leading.contains(leading[i]));
        if (needed) missing(rule, names[i]);
      } else if (of_itself ? said.more.contains(names[i]) : !said.says(names[i], values[i])) {
        differs(rule, names[i], values[i], known->second);
      }
    }
  }

  void examine(const Order& rule) {
    Sheets sheets(joined_);
    const Texts of = sheets.texts(rule.table, rule.of);
    const Texts by = sheets.texts(rule.table, Words{rule.by});
    const Texts grows = sheets.texts(rule.table, Words{rule.grows});
    struct Place {
      std::string_view of;
      int64_t by = 0, at_ns = 0;
    };
    std::vector<Place> places;
    for (size_t i = 0; i < of.size(); ++i)
      if (const auto at_ns = parse_utc_ns(grows[i]); at_ns)
        places.push_back({of[i], std::strtoll(std::string(by[i]).c_str(), nullptr, 10), *at_ns});
    std::ranges::sort(places, [](const Place& a, const Place& b) {
      return std::tie(a.of, a.by) < std::tie(b.of, b.by);
    });
    for (size_t i = 1; i < places.size(); ++i) {
      const Place &before = places[i - 1], &place = places[i];
      if (before.of != place.of) continue;
      examination_.examined();
      if (place.at_ns + clocks_differ_ns < before.at_ns)
        examination_.violation("{}: {} {} of {} is {} ms before {}", rule.table, rule.by, place.by,
                               place.of, (before.at_ns - place.at_ns) / ns_per_ms, before.by);
    }
  }

  void examine(const Presence& rule) {
    Sheets sheets(joined_);
    if (!rule.capability.empty() &&
        !joined_.run.capabilities.contains(std::string(rule.capability)))
      return;
    if (!rule.because.empty()) {
      const auto chosen = sheets.chosen(rule.because, rule.where);
      if (!sheets.has(rule.because) || std::ranges::find(chosen, true) == chosen.end()) return;
    }
    if (!sheets.has(rule.table)) {
      if (!rule.capability.empty())
        examination_.cannot_say(fmt::format("the books lack {}", rule.table));
      return;
    }
    examination_.examined();
    if (!rule.rows || sheets.rows(rule.table) != 0) return;
    if (!joined_.run.drained_ms)
      examination_.cannot_say(fmt::format("{} was empty when the drain ran out", rule.table));
    else
      examination_.violation("{} is empty{}{}", rule.table,
                             rule.because.empty() ? "" : ", and must not be by ", rule.because);
  }

 private:
  // One machine has one clock; some books round what it says.
  static constexpr int64_t clocks_differ_ns = ns_per_ms;

  static Said said_by(Sheets& sheets, const Join& rule) {
    Said said;
    const auto chosen = sheets.chosen(rule.other.table, rule.other.where);
    const Texts names = sheets.texts(rule.other.table, rule.other.on, chosen);
    const Texts values = sheets.texts(rule.other.table, rule.other.says, chosen);
    said.first.reserve(static_cast<size_t>(std::ranges::count(chosen, true)));
    for (size_t i = 0; i < names.size(); ++i)
      if (chosen[i]) said.add(names[i], values[i]);
    if (rule.need != Need::of_known) return said;
    const Texts leading = sheets.texts(rule.other.table, std::span(rule.other.on).first(1));
    for (size_t i = 0; i < leading.size(); ++i)
      if (chosen[i]) said.leading.insert(leading[i]);
    return said;
  }

  static bool is_state(const Join& rule) {
    const auto named_state = [](Expression says) { return is_named("state", says); };
    return std::ranges::any_of(rule.one.says, named_state) ||
           std::ranges::any_of(rule.other.says, named_state);
  }

  void missing(const Join& rule, std::string_view name) {
    if (!joined_.run.drained_ms)  // it may only have needed more time
      return examination_.cannot_say(fmt::format("{} {} was not in {} when the drain ran out",
                                                 rule.one.table, name, rule.other.table));
    contradiction(name, fmt::format("{}: {} {} is not in {}", rule.one.table, named(rule.one.on),
                                    name, rule.other.table));
  }

  void differs(const Join& rule, std::string_view name, std::string_view value,
               std::string_view other) {
    if (!joined_.run.drained_ms && is_state(rule))
      return examination_.cannot_say(fmt::format("{} {} was still \"{}\" when the drain ran out",
                                                 rule.other.table, name, other));
    contradiction(name, fmt::format("{}: {} {} has {} \"{}\", and in {} \"{}\"", rule.one.table,
                                    named(rule.one.on), name, named(rule.one.says), value,
                                    rule.other.table, other));
  }

  void contradiction(std::string_view name, const std::string& what) {
    if (joined_.loss.explains(business_key_of(name))) return examination_.listed("{}", what);
    examination_.violation("{}", what);
  }

  Examination& examination_;
  const Joined& joined_;
};

// "player:p1:cash:EUR" says whose it is, and what is in it; any account its currency.
void examine_accounts(Examination& examination, const Books& books) {
  if (!books.accounts) return;
  for (const Account& account : *books.accounts) {
    examination.examined();
    const std::string players =
        fmt::format("player:{}:{}:{}", account.owner, account.bucket, account.currency);
    const bool of_player = account.account.starts_with("player:");
    if (of_player ? account.account != players : !account.account.ends_with(":" + account.currency))
      examination.violation("accounts: {} is said to be {} of {} in {}", account.account,
                            account.bucket, account.owner, account.currency);
  }
}

// One look of the harness at its machine follows on the other, and none sees more time than passed.
void examine_machine(Examination& examination, const Books& books) {
  constexpr int64_t rounding_ms = 5;
  if (!books.machine) return;
  const MachineSample* before = nullptr;
  for (const MachineSample& sample : *books.machine) {
    examination.examined();
    const int64_t from_ms = sample.t_ms - sample.length_us / 1000;
    if (before != nullptr && std::abs(from_ms - before->t_ms) > rounding_ms)
      examination.violation(
          "machine: the look at {} ms begins at {} ms, the one before ended at {}", sample.t_ms,
          from_ms, before->t_ms);
    for (const auto& part : {sample.waiting_us, sample.idle_us, sample.stolen_us})
      if (part.value_or(0) < 0 || part.value_or(0) > sample.length_us + rounding_ms * 1000)
        examination.violation("machine: {} us within the {} us of the look at {} ms", *part,
                              sample.length_us, sample.t_ms);
    before = &sample;
  }
}

// Columns of milliseconds since 1970.
bool is_wall_ms(std::string_view column) {
  constexpr std::string_view all[] = {"at_ms",         "decided_at_ms", "deferred_at_ms",
                                      "opened_ms",     "closed_ms",     "decided_ms",
                                      "registered_ms", "declared_ms",   "ended_ms"};
  return std::ranges::find(all, column) != std::end(all);
}

// A time of the books can be read, and is of about the run's days; where there is none it is empty.
class Times {
 public:
  Times(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined) {}

  void examine() {
    for (const Table& table : all_tables()) {
      if (!table.exists(joined_.run.books)) continue;
      for (const Column& column : table.columns) {
        const bool is_text = column.name == "at" || column.name.ends_with("_at");
        if (is_text || is_wall_ms(column.name)) examine(table, column, is_text);
      }
    }
  }

 private:
  void examine(const Table& table, const Column& column, bool is_text) {
    Sheets sheets(joined_);
    std::string_view good;  // what was booked together has one time
    for (const std::string_view text : sheets.texts(table.name, Words{column.name})) {
      if (text.empty()) continue;
      examination_.examined();
      if (text == good) continue;
      std::optional<int64_t> ms;
      if (const auto ns = is_text ? parse_utc_ns(text) : std::nullopt; ns) ms = *ns / ns_per_ms;
      if (!is_text) ms = std::strtoll(std::string(text).c_str(), nullptr, 10);
      if (!ms)
        examination_.violation("{}.{}: \"{}\" is no time", table.name, column.name, text);
      else if (is_absurd(*ms))
        examination_.violation("{}.{}: {} is no time of this run", table.name, column.name, text);
      else
        good = text;
    }
  }

  // A stack may have been up for long, and clocks may be told wrong; not by a month.
  bool is_absurd(int64_t ms) const {
    constexpr int64_t month_ms = int64_t{31} * 86'400'000;
    const int64_t zero_ms = joined_.run.zero_wall_ns / ns_per_ms;
    return zero_ms > 0 && (ms < zero_ms - month_ms || ms > zero_ms + month_ms);
  }

  Examination& examination_;
  const Joined& joined_;
};

}  // namespace

Finding examine_books_consistent(const Joined& joined) {
  Examination examination("books_consistent");
  BookRules rules(examination, joined);
  for (const Presence& presence : presences()) rules.examine(presence);
  for (const Identity& identity : identities()) rules.examine(identity);
  for (const Vocabulary& vocabulary : vocabularies()) rules.examine(vocabulary);
  for (const Sameness& sameness : samenesses()) rules.examine(sameness);
  for (const Join& join : joins()) rules.examine(join);
  for (const Order& order : orders()) rules.examine(order);
  examine_accounts(examination, joined.run.books);
  examine_machine(examination, joined.run.books);
  Times(examination, joined).examine();
  const std::string summary =
      examination.violations() == 0
          ? "every book names each thing once, in its words, and as the others do"
          : counted(examination.violations(), "contradiction") + " within the books";
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
