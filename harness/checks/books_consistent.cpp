// Proves that the books are books: each names a thing once, says of it only what can be said, is
// there where others need it, and says of it what the others say, whoever keeps them.
// From: all tables, client history; each rule is a row of book_rules.cpp.
// Cannot see: what only one book knows; docs/columns.md names each such column.
#include <algorithm>
#include <bit>
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

size_t count_of(const std::vector<bool>& chosen) {
  return static_cast<size_t>(std::ranges::count(chosen, true));
}

// Finds rows by what they are named, without a node for each: there are millions.
class NameIndex {
 public:
  static constexpr uint32_t none = 0;  // places are those of rows, and one

  // `names` outlives this; of them `count_max` are put in.
  NameIndex(const Texts& names, size_t count_max)
      : names_(names), slots_(std::bit_ceil(2 * count_max + 1)) {}

  // The place of the first row of that name, which may be this one.
  uint32_t put(size_t row) {
    const size_t hash = std::hash<std::string_view>()(names_[row]);
    Slot& slot = slots_[slot_of(hash, names_[row])];
    if (slot.place == none) slot = {static_cast<uint32_t>(hash), static_cast<uint32_t>(row + 1)};
    return slot.place;
  }
  uint32_t find(std::string_view name) const {
    return slots_[slot_of(std::hash<std::string_view>()(name), name)].place;
  }

 private:
  struct Slot {
    uint32_t hash = 0, place = none;
  };
  // Where it is, or where there is room for it.
  size_t slot_of(size_t hash, std::string_view name) const {
    for (size_t at = hash >> 32;; ++at) {
      at &= slots_.size() - 1;
      const Slot& slot = slots_[at];
      if (slot.place == none) return at;
      if (slot.hash == static_cast<uint32_t>(hash) && names_[slot.place - 1] == name) return at;
    }
  }

  const Texts& names_;
  std::vector<Slot> slots_;
};

// What a side says of each thing. Mostly one thing only: others are kept aside.
class Said {
 public:
  Said(Texts names, Texts values, const std::vector<bool>& chosen)
      : names_(std::move(names)), values_(std::move(values)), first_(names_, count_of(chosen)) {
    for (size_t i = 0; i < names_.size(); ++i) {
      if (!chosen[i]) continue;
      const uint32_t known = first_.put(i);
      if (known != i + 1 && !says(known, names_[i], values_[i]))
        more_.emplace(names_[i], values_[i]);
    }
  }
  Said(const Said&) = delete;
  Said& operator=(const Said&) = delete;

  uint32_t find(std::string_view name) const { return first_.find(name); }
  std::string_view first_of(uint32_t place) const { return values_[place - 1]; }
  bool several(std::string_view name) const { return more_.contains(name); }
  bool says(uint32_t place, std::string_view name, std::string_view value) const {
    if (first_of(place) == value) return true;
    const auto [from, to] = more_.equal_range(name);
    return std::any_of(from, to, [&](const auto& other) { return other.second == value; });
  }

 private:
  const Texts names_, values_;
  NameIndex first_;
  std::unordered_multimap<std::string_view, std::string_view> more_;
};

class BookRules {
 public:
  BookRules(Examination& examination, const Joined& joined)
      : examination_(examination), joined_(joined), sheets_(joined) {}

  template <typename Rule>
  void examine_all(std::span<const Rule> rules) {
    for (const Rule& rule : rules) {
      examine(rule);
      sheets_.forget();
    }
  }

 private:
  void examine(const Identity& rule) {
    const auto chosen = sheets_.chosen(rule.table, rule.where);
    const Texts names = sheets_.texts(rule.table, rule.columns, chosen);
    NameIndex seen(names, count_of(chosen));
    for (size_t i = 0; i < names.size(); ++i) {
      if (!chosen[i]) continue;
      examination_.examined();
      if (seen.put(i) != i + 1) examination_.violation("{}: {} twice", rule.table, names[i]);
    }
  }

  void examine(const Vocabulary& rule) {
    for (const std::string_view text : sheets_.texts(rule.table, Words{rule.column})) {
      examination_.examined();
      if (std::ranges::find(rule.words, text) == rule.words.end())
        examination_.violation("{}.{}: \"{}\" is none of its words", rule.table, rule.column, text);
    }
  }

  void examine(const Sameness& rule) {
    const auto chosen = sheets_.chosen(rule.table, rule.where);
    const Texts one = sheets_.texts(rule.table, Words{rule.one}, chosen);
    const Texts other = sheets_.texts(rule.table, Words{rule.other}, chosen);
    for (size_t i = 0; i < one.size(); ++i) {
      if (!chosen[i]) continue;
      examination_.examined();
      if (one[i] != other[i])
        examination_.violation("{}: {} is \"{}\", where {} is \"{}\"", rule.table, rule.one, one[i],
                               rule.other, other[i]);
    }
  }

  void examine(const Join& rule) {
    if (!sheets_.has(rule.one.table) || !sheets_.has(rule.other.table)) return;
    const bool of_itself = rule.one.table == rule.other.table && rule.one.on == rule.other.on &&
                           rule.need == Need::if_known;
    const auto chosen = sheets_.chosen(rule.one.table, rule.one.where);
    const size_t asked = count_of(chosen);
    if (asked == 0) return;
    const Texts names = sheets_.texts(rule.one.table, rule.one.on, chosen);
    const bool of_known = rule.need == Need::of_known;
    const Texts leading =
        of_known ? sheets_.texts(rule.one.table, std::span(rule.one.on).first(1)) : Texts();
    const Texts values = sheets_.texts(rule.one.table, rule.one.says, chosen);
    auto told = sheets_.chosen(rule.other.table, rule.other.where);
    const Leading known_leading = of_known ? leading_of(rule.other, told) : Leading();
    Texts other_names = sheets_.texts(rule.other.table, rule.other.on, told);
    if (2 * asked < count_of(told)) keep_named(told, other_names, names, chosen);
    const Said said(std::move(other_names), sheets_.texts(rule.other.table, rule.other.says, told),
                    told);
    for (size_t i = 0; i < names.size(); ++i) {
      if (!chosen[i] || names[i].empty()) continue;
      examination_.examined();
      const uint32_t known = said.find(names[i]);
      if (known == NameIndex::none) {
        const bool needed =
            rule.need == Need::must_know || (of_known && known_leading.contains(leading[i]));
        if (needed) missing(rule, names[i]);
      } else if (of_itself ? said.several(names[i]) : !said.says(known, names[i], values[i])) {
        differs(rule, names[i], values[i], said.first_of(known));
      }
    }
  }

  void examine(const Order& rule) {
    const Texts of = sheets_.texts(rule.table, rule.of);
    const Texts by = sheets_.texts(rule.table, Words{rule.by});
    const Texts grows = sheets_.texts(rule.table, Words{rule.grows});
    struct Place {
      std::string_view of;
      int64_t by = 0, at_ns = 0;
    };
    std::vector<Place> places;
    places.reserve(of.size());
    std::optional<int64_t> at_ns;
    for (size_t i = 0; i < of.size(); ++i) {
      // What was booked together has one time.
      if (i == 0 || grows[i] != grows[i - 1]) at_ns = parse_utc_ns(grows[i]);
      if (at_ns)
        places.push_back({of[i], std::strtoll(std::string(by[i]).c_str(), nullptr, 10), *at_ns});
    }
    const auto earlier = [](const Place& a, const Place& b) {
      return std::tie(a.of, a.by) < std::tie(b.of, b.by);
    };
    if (!std::ranges::is_sorted(places, earlier)) std::ranges::sort(places, earlier);
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
    if (!rule.capability.empty() &&
        !joined_.run.capabilities.contains(std::string(rule.capability)))
      return;
    if (!rule.because.empty()) {
      const auto chosen = sheets_.chosen(rule.because, rule.where);
      if (!sheets_.has(rule.because) || std::ranges::find(chosen, true) == chosen.end()) return;
    }
    if (!sheets_.has(rule.table)) {
      if (!rule.capability.empty())
        examination_.cannot_say(fmt::format("the books lack {}", rule.table));
      return;
    }
    examination_.examined();
    if (!rule.rows || sheets_.rows(rule.table) != 0) return;
    if (!joined_.run.drained_ms)
      examination_.cannot_say(fmt::format("{} was empty when the drain ran out", rule.table));
    else
      examination_.violation("{} is empty{}{}", rule.table,
                             rule.because.empty() ? "" : ", and must not be by ", rule.because);
  }

  // One machine has one clock; some books round what it says.
  static constexpr int64_t clocks_differ_ns = ns_per_ms;

  // First parts of names.
  using Leading = std::unordered_set<std::string_view>;
  Leading leading_of(const Side& side, const std::vector<bool>& chosen) {
    const Texts texts = sheets_.texts(side.table, std::span(side.on).first(1), chosen);
    Leading leading;
    for (size_t i = 0; i < texts.size(); ++i)
      if (chosen[i]) leading.insert(texts[i]);
    return leading;
  }

  // Of what the one side does not name nothing need be known.
  static void keep_named(std::vector<bool>& told, const Texts& told_names, const Texts& names,
                         const std::vector<bool>& chosen) {
    NameIndex asked(names, count_of(chosen));
    for (size_t i = 0; i < names.size(); ++i)
      if (chosen[i]) asked.put(i);
    for (size_t i = 0; i < told.size(); ++i)
      told[i] = told[i] && asked.find(told_names[i]) != NameIndex::none;
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
  Sheets sheets_;
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
  rules.examine_all(presences());
  rules.examine_all(identities());
  rules.examine_all(vocabularies());
  rules.examine_all(samenesses());
  rules.examine_all(joins());
  rules.examine_all(orders());
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
