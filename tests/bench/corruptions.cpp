// What a changed book does to the verdict: a run that passed is changed, one cell, row, table or
// transaction at a time, and judged again. Prints by table and change how often that was seen and
// by which check; of what was missed, which book would have contradicted it; and apart from these,
// what no book can know and why (docs/columns.md).
//
//   corruptions RUN SEED CHANGES
//
// The last line: "caught N of M that another book contradicts; K could not be known". Exit 64: RUN
// is no run that passes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "checks/verdict.hpp"
#include "tests/unit/checks/corruption.hpp"

namespace rehearse {
namespace {

using namespace corruption;

struct Tally {
  int64_t tried = 0, caught = 0;
  std::set<std::string> by, against;
};
using Tallies = std::map<std::string, Tally>;

class Campaign {
 public:
  Campaign(const Run& run, uint64_t seed) : run_(run), knowable_(run), random_(seed) {
    for (const Table& table : all_tables())
      if (table.exists(run.books)) tables_.push_back(&table);
  }

  void change_one() {
    changed_ = run_;
    if (below(10) == 0)
      change_transaction();
    else
      change_table(*tables_[below(tables_.size())]);
  }

  Tallies contradicted, unknown;

 private:
  size_t below(size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
  }

  // Mostly a cell, else a row that goes or comes twice, or the whole of it.
  void change_table(const Table& table) {
    auto rows = rows_of(table, changed_.books);
    const size_t dice = below(20);
    if (dice == 0) {
      table.remove(changed_.books);
      return judge_change(table.name, "removed", {});
    }
    if (rows.empty()) return;
    const size_t at = below(rows.size());
    std::string change;
    if (dice == 1) {
      rows.clear();
      change = "emptied";
    } else if (dice <= 4) {
      rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at));
      change = "a row gone";
    } else if (dice <= 7) {
      rows.push_back(rows[at]);
      change = "a row twice";
    } else {
      const size_t column = below(table.columns.size());
      if (!change_cell(rows, at, column)) return;
      change = table.columns[column].name;
    }
    const bool of_row = change != "emptied";
    put_back(table, changed_.books, rows);
    judge_change(table.name, change, of_row ? std::optional(at) : std::nullopt);
  }

  // Another row's value of that column, or a value that no row has. False: nothing else to put.
  bool change_cell(std::vector<Row>& rows, size_t at, size_t column) {
    Value& cell = rows[at][column];
    const Value before = cell;
    const Value other = rows[below(rows.size())][column];
    if (below(2) == 0 && other != before)
      cell = other;
    else
      spoil(cell, below(2) == 0);
    return cell != before;
  }

  void change_transaction() {
    // By kind first: most are openings.
    const auto& entries = *run_.books.ledger_entries;
    std::map<std::string_view, std::vector<const LedgerEntry*>> by_kind;
    for (const LedgerEntry& entry : entries) by_kind[entry.kind].push_back(&entry);
    const auto kind = static_cast<std::ptrdiff_t>(below(by_kind.size()));
    const auto& alike = std::next(by_kind.begin(), kind)->second;
    const LedgerEntry& entry = *alike[below(alike.size())];
    const bool twice = below(2) == 0;
    if (twice)
      double_transaction(changed_.books, entry.tx, entry.key);
    else
      forget_transaction(changed_.books, entry.tx, entry.key);
    judge_change("all own books", fmt::format("{} of a {}", twice ? "amount" : "loss", entry.kind),
                 {});
  }

  void judge_change(std::string_view table, const std::string& change, std::optional<size_t> row) {
    const std::string_view why = knowable_.why_not(table, change, row);
    Tally& tally = (why.empty() ? contradicted : unknown)[fmt::format("{}.{}", table, change)];
    if (!why.empty()) tally.against.emplace(why);
    ++tally.tried;
    const Report report = judge(changed_);
    if (report.verdict == Verdict::pass) return missed(tally, table, change);
    ++tally.caught;
    for (const Finding& check : report.checks)
      if (check.verdict == Verdict::fail || check.verdict == Verdict::inconclusive)
        tally.by.insert(check.check);
  }

  static void missed(Tally& tally, std::string_view table, const std::string& change) {
    for (const std::string_view other : joined_with(table, change)) tally.against.emplace(other);
    if (const ColumnFacts* facts = find_facts(table, change); facts && !facts->against.empty())
      tally.against.emplace(facts->against);
  }

  const Run& run_;
  Run changed_;
  Knowable knowable_;
  std::mt19937_64 random_;
  std::vector<const Table*> tables_;
};

Tally print(const Tallies& tallies, std::string_view heading) {
  Tally all;
  std::cout << heading << "\n";
  for (const auto& [what, tally] : tallies) {
    all.tried += tally.tried;
    all.caught += tally.caught;
    const std::string against =
        tally.against.empty() ? "" : fmt::format("  ({})", fmt::join(tally.against, "; "));
    std::cout << fmt::format("{:<44} {:>4} of {:>4}  {}{}\n", what, tally.caught, tally.tried,
                             fmt::join(tally.by, " "), against);
  }
  return all;
}

// A run may be older than a check that it does not ask for: all that are green on it look.
void ask_for_all(Run& run) {
  run.checks.clear();
  std::vector<std::string> green;
  for (const Finding& check : judge(run).checks)
    if (check.verdict == Verdict::pass) green.push_back(check.check);
  run.checks = std::move(green);
}

int campaign(const std::string& dir, uint64_t seed, int64_t changes) {
  auto run = read_run(dir);
  if (!run || judge(*run).verdict != Verdict::pass) {
    std::cerr << dir << ": " << (run ? "does not pass" : run.error().message) << "\n";
    return static_cast<int>(ExitCode::usage);
  }
  ask_for_all(*run);
  Campaign campaign(*run, seed);
  for (int64_t i = 0; i < changes; ++i) campaign.change_one();
  const Tally seen = print(campaign.contradicted, "# another book contradicts it (missed: which)");
  const Tally unknown = print(campaign.unknown, "# could not be known (why)");
  std::cout << fmt::format("caught {} of {} that another book contradicts; {} could not be known\n",
                           seen.caught, seen.tried, unknown.tried);
  return 0;
}

}  // namespace
}  // namespace rehearse

int main(int count, char** words) {
  if (count != 4) {
    std::cerr << "usage: corruptions RUN SEED CHANGES\n";
    return static_cast<int>(rehearse::ExitCode::usage);
  }
  return rehearse::campaign(words[1], std::strtoull(words[2], nullptr, 10),
                            std::strtoll(words[3], nullptr, 10));
}
