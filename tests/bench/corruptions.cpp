// What a changed book does to the verdict: a run that passed is changed, one cell, row or table at
// a time, and judged again. Prints by table and column how often that was seen and by which check.
//
//   corruptions RUN SEED CHANGES
//
// The last line: "caught N of M". Exit 64: RUN is no run that passes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "checks/verdict.hpp"
#include "record/columns.hpp"

namespace rehearse {
namespace {

using Value = std::variant<std::string, int64_t, std::optional<int64_t>>;
using Row = std::vector<Value>;

struct Tally {
  int64_t tried = 0, caught = 0;
  std::set<std::string> by;
};

std::vector<Row> rows_of(const Table& table, const Books& books) {
  std::vector<Row> rows(table.count(books));
  for (size_t i = 0; i < rows.size(); ++i)
    for (const Column& column : table.columns)
      rows[i].push_back(
          std::visit([](auto* field) { return Value(*field); }, column.of(table.row(books, i))));
  return rows;
}

void put_back(const Table& table, Books& books, const std::vector<Row>& rows) {
  table.create(books);
  for (const Row& row : rows) {
    void* const into = table.append(books);
    for (size_t c = 0; c < row.size(); ++c)
      std::visit(
          [&](auto* field) {
            *field = std::get<std::remove_reference_t<decltype(*field)>>(row[c]);
          },
          table.columns[c].of(into));
  }
}

class Campaign {
 public:
  Campaign(const Run& run, uint64_t seed) : run_(run), random_(seed) {
    for (const Table& table : all_tables())
      if (table.exists(run.books)) tables_.push_back(&table);
  }

  // Of a table at random: mostly a cell, else a row that goes or comes twice, or the whole of it.
  void change_one() {
    const Table& table = *tables_[below(tables_.size())];
    Run changed = run_;
    auto rows = rows_of(table, changed.books);
    const size_t dice = below(20);
    if (dice == 0) {
      table.remove(changed.books);
      return judge_change(changed, fmt::format("{} removed", table.name));
    }
    if (rows.empty()) return;
    const size_t at = below(rows.size());
    std::string what;
    if (dice == 1) {
      rows.clear();
      what = fmt::format("{} emptied", table.name);
    } else if (dice <= 4) {
      rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at));
      what = fmt::format("{} a row gone", table.name);
    } else if (dice <= 7) {
      rows.push_back(rows[at]);
      what = fmt::format("{} a row twice", table.name);
    } else {
      const size_t column = below(table.columns.size());
      if (!change_cell(rows, at, column)) return;
      what = fmt::format("{}.{}", table.name, table.columns[column].name);
    }
    put_back(table, changed.books, rows);
    judge_change(changed, what);
  }

  const std::map<std::string, Tally>& tallies() const { return tallies_; }

 private:
  size_t below(size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
  }

  // Another row's value of that column, or a value that no row has. False: nothing else to put.
  bool change_cell(std::vector<Row>& rows, size_t at, size_t column) {
    Value& cell = rows[at][column];
    const Value before = cell;
    const Value other = rows[below(rows.size())][column];
    if (below(2) == 0 && other != before) {
      cell = other;
    } else if (auto* text = std::get_if<std::string>(&cell)) {
      *text += "x";
    } else if (auto* number = std::get_if<int64_t>(&cell)) {
      *number += below(2) == 0 ? 1 : 1'000'000;
    } else {
      auto& maybe = std::get<std::optional<int64_t>>(cell);
      maybe = maybe.value_or(0) + 1;
    }
    return cell != before;
  }

  void judge_change(const Run& changed, const std::string& what) {
    Tally& tally = tallies_[what];
    ++tally.tried;
    const Report report = judge(changed);
    if (report.verdict == Verdict::pass) return;
    ++tally.caught;
    for (const Finding& check : report.checks)
      if (check.verdict == Verdict::fail || check.verdict == Verdict::inconclusive)
        tally.by.insert(check.check);
  }

  const Run& run_;
  std::mt19937_64 random_;
  std::vector<const Table*> tables_;
  std::map<std::string, Tally> tallies_;
};

int campaign(const std::string& dir, uint64_t seed, int64_t changes) {
  const auto run = read_run(dir);
  if (!run || judge(*run).verdict != Verdict::pass) {
    std::cerr << dir << ": " << (run ? "does not pass" : run.error().message) << "\n";
    return static_cast<int>(ExitCode::usage);
  }
  Campaign campaign(*run, seed);
  for (int64_t i = 0; i < changes; ++i) campaign.change_one();
  Tally all;
  for (const auto& [what, tally] : campaign.tallies()) {
    all.tried += tally.tried;
    all.caught += tally.caught;
    std::cout << fmt::format("{:<44} {:>4} of {:>4}  {}\n", what, tally.caught, tally.tried,
                             fmt::join(tally.by, " "));
  }
  std::cout << fmt::format("caught {} of {}\n", all.caught, all.tried);
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
