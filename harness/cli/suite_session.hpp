// A suite while it is played: progress on standard error, a folder for each run, and one junit.xml
// and summary.md of all, rewritten whenever a scenario has ended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "engine/suite_play.hpp"
#include "reports/suite_report.hpp"

namespace rehearse {

// What is played, before anything is raised: item i is scenario i on stack i.
struct SuitePlan {
  Suite suite;
  std::vector<SuiteItem> items;
  std::vector<Scenario> scenarios;
  std::vector<StackFile> stacks;
  std::vector<Runbooks> runbooks;
};

class SuiteSession {
 public:
  // `dir`: of the suite; must not exist yet.
  SuiteSession(const Cli& cli, const SuitePlan& plan, const std::string& dir);

  // Plays all, prints the summary; the worst exit code of the scenarios.
  ExitCode play();

 private:
  SuiteHands hands();
  SuiteRow& row(size_t item) { return report_.rows[row_of_.at(item)]; }
  Status rehearse(size_t item, const StackUse& use);
  void choose_rate(size_t item);
  void remember_rate(size_t item, const Run& run);
  SuiteRow judged(size_t item);
  void end(size_t item, const Status& played, double length_ms, const std::string& note);
  void skip(size_t item, const Error& why);
  void write_files();

  const Cli& cli_;
  const SuitePlan& plan_;
  LiveView live_;
  SuiteReport report_;
  std::map<size_t, size_t> row_of_;  // item → its row
  std::string head_, run_dir_;       // of the scenario that is played now
  Scenario played_;                  // it, with the rate that is known for its `auto`
  std::optional<FoundRate> known_rate_;
  KnownRates rates_;
  ExitCode failed_writing_ = ExitCode::expected;
};

}  // namespace rehearse
