// The end of a suite: one table for the terminal, the same for a pull request, and one junit.xml.
#include "reports/suite_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text.hpp"

namespace rehearse {
namespace {

using text::left;
using text::markdown;
using text::right;

// The worst outage of bets over all faults: open at the end beats every length.
std::string bet_rto_text(const Report& report) {
  const RtoRow* worst = nullptr;
  const auto badness = [](const RtoRow& row) {
    return std::pair(row.open_at_end, row.measured_ms.value_or(-1));
  };
  for (const RtoRow& row : report.rto)
    if (row.operation == "bet" && (!worst || badness(*worst) < badness(row))) worst = &row;
  return worst ? text::measured_text(*worst) : "–";
}

// The stores that lost something, with the money; a ledger that was not measured is no zero.
std::string rpo_text(const Report& report) {
  std::string lost;
  bool ledger_measured = false;
  for (const RpoRow& row : report.rpo) {
    if (row.store == "ledger") ledger_measured = row.lost_count.has_value();
    if (row.lost_count.value_or(0) == 0) continue;
    lost += fmt::format("{}{} {} ({})", lost.empty() ? "" : ", ", *row.lost_count, row.store,
                        text::lost_money_text(row));
  }
  if (!lost.empty()) return lost;
  return ledger_measured ? "none" : "–";
}

Verdict standing_mark(const SuiteRow& row) {
  if (row.met) return Verdict::pass;
  return row.rehearsed && row.exit == ExitCode::failed ? Verdict::fail : Verdict::inconclusive;
}

std::string verdict_text(const SuiteRow& row) {
  if (row.rehearsed) return text::upper(name_of(row.verdict));
  return row.begun ? "ERROR" : "NOT RUN";
}

std::string expected_text(const SuiteRow& row) {
  if (!row.rehearsed) return "–";
  return row.met ? "yes" : "no, " + row.expectation;
}

std::string tally(const SuiteReport& suite) {
  const auto met = std::ranges::count(suite.rows, true, &SuiteRow::met);
  const auto not_run = std::ranges::count(suite.rows, false, &SuiteRow::begun);
  std::string text = fmt::format("{} of {} as expected", met, suite.rows.size());
  if (not_run > 0) text += fmt::format(", {} not run", not_run);
  return text;
}

size_t widest(const SuiteReport& suite, size_t least, std::string (*text_of)(const SuiteRow&)) {
  for (const SuiteRow& row : suite.rows) least = std::max(least, text::width_of(text_of(row)));
  return least + 2;
}

// Folders of runs are shown as they are below the suite's own.
std::string short_dir(const SuiteReport& suite, const SuiteRow& row) {
  if (row.run_dir.empty()) return "–";
  return row.run_dir.starts_with(suite.dir + "/") ? row.run_dir.substr(suite.dir.size() + 1)
                                                  : row.run_dir;
}

}  // namespace

SuiteRow suite_row(const std::string& scenario, const Report& report, const std::string& run_dir) {
  SuiteRow row;
  row.scenario = scenario;
  row.exit = exit_code_of(report);
  row.verdict = report.verdict;
  row.rehearsed = true;
  row.met = report.met;
  row.expectation = expectation_of(*report.run);
  row.bet_rto = bet_rto_text(report);
  row.rpo = rpo_text(report);
  row.run_dir = run_dir;
  row.junit = junit_suite(report, run_dir);
  row.junit.name = scenario;
  return row;
}

SuiteRow suite_row(const std::string& scenario, const Error& why, bool begun) {
  SuiteRow row;
  row.scenario = scenario;
  row.exit = why.code;
  row.begun = begun;
  row.why = why.message;
  row.junit.name = scenario;
  JunitCase& one = row.junit.cases.emplace_back();
  one.kind = JunitCase::Kind::error;
  one.name = "run";
  one.message = (begun ? "" : "not run: ") + why.message;
  return row;
}

ExitCode exit_code_of(const SuiteReport& suite) {
  if (suite.rows.empty()) return ExitCode::bug;
  ExitCode worst = ExitCode::expected;
  for (const SuiteRow& row : suite.rows) worst = worse(worst, row.exit);
  return worst;
}

void write_suite_terminal(std::ostream& out, const SuiteReport& suite, bool color) {
  using text::Ink;
  const ExitCode exit = exit_code_of(suite);
  const size_t name = widest(suite, 8, [](const SuiteRow& row) { return row.scenario; });
  const size_t expected = widest(suite, 9, expected_text);
  const size_t rpo = widest(suite, 6, [](const SuiteRow& row) { return row.rpo; });
  out << text::inked(fmt::format("SUITE {}", suite.name), Ink::bold, color)
      << (suite.title.empty() ? "" : " · " + suite.title) << "\n\n";
  out << text::inked("  " + left("scenario", name) + left("verdict", 14) +
                         left("expected", expected) + right("bet RTO", 10) + "  " +
                         left("RPO", rpo) + right("length", 9) + "  run folder",
                     Ink::dim, color)
      << "\n";
  for (const SuiteRow& row : suite.rows) {
    const Verdict mark = standing_mark(row);
    out << text::inked(std::string(text::mark_of(mark)), text::ink_of(mark), color) << " "
        << left(row.scenario, name)
        << text::inked(left(verdict_text(row), 14), text::ink_of(mark), color)
        << left(expected_text(row), expected) << right(row.bet_rto, 10) << "  "
        << left(row.rpo, rpo) << right(text::ms_or_dash(row.length_ms), 9) << "  "
        << short_dir(suite, row) << "\n";
    if (!row.why.empty()) out << "    " << row.why << "\n";
    if (!row.note.empty()) out << "    " << row.note << "\n";
  }
  out << "\n"
      << text::inked(fmt::format("exit {}: {}", static_cast<int>(exit), tally(suite)),
                     exit == ExitCode::expected ? Ink::green : Ink::red, color)
      << "\nsuite folder: " << suite.dir << "\n";
}

void write_suite_markdown(std::ostream& out, const SuiteReport& suite) {
  const ExitCode exit = exit_code_of(suite);
  out << fmt::format("## {} suite {}: {}\n\n",
                     text::mark_of(exit == ExitCode::expected ? Verdict::pass : Verdict::fail),
                     markdown(suite.name), tally(suite));
  if (!suite.title.empty()) out << markdown(suite.title) << "\n\n";
  out << "| scenario | verdict | expected | bet RTO | RPO | length | run folder |\n"
         "|---|---|---|--:|---|--:|---|\n";
  for (const SuiteRow& row : suite.rows)
    out << fmt::format("| {} {} | {} | {} | {} | {} | {} | {} |\n",
                       text::mark_of(standing_mark(row)), markdown(row.scenario), verdict_text(row),
                       markdown(expected_text(row)), row.bet_rto, markdown(row.rpo),
                       text::ms_or_dash(row.length_ms), markdown(short_dir(suite, row)));
  std::string notes;
  for (const SuiteRow& row : suite.rows)
    for (const std::string* text : {&row.why, &row.note})
      if (!text->empty())
        notes += fmt::format("- {}: {}\n", markdown(row.scenario), markdown(*text));
  if (!notes.empty()) out << "\n" << notes;
  out << fmt::format("\nexit {} · suite folder `{}`\n", static_cast<int>(exit), suite.dir);
}

void write_suite_junit(std::ostream& out, const SuiteReport& suite) {
  std::vector<JunitSuite> suites;
  for (const SuiteRow& row : suite.rows) {
    suites.push_back(row.junit);
    if (!row.note.empty()) suites.back().properties.emplace_back("note", row.note);
  }
  write_junit(out, suite.name, suites);
}

}  // namespace rehearse
