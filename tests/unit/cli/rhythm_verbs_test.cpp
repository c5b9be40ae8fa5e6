// Over a folder of runs: `trend`, `calendar` and `suite --plan` as their users meet them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "../checks/synthetic.hpp"
#include "base/files.hpp"
#include "base/sha256.hpp"
#include "cli/cli.hpp"
#include "cli/judged.hpp"
#include "rehearse_says.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using synthetic::RecordedRun;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

class RhythmVerbs : public testing::Test {
 protected:
  RhythmVerbs() {
    ::setenv("REHEARSE_ROOT", REHEARSE_SOURCE_DIR, 1);
    std::ofstream(dir_ + "/rhythm.yaml") << "rhythm: [{suite: quarterly, every: month}]\n";
  }

  // Of quarterly/zone-loss-by-the-book as it is written now, on 2026-01-31.
  void record(const std::string& name, bool as_written = true) const {
    RecordedRun run = synthetic::honest_run();
    run.scenario = "zone-loss-by-the-book";
    const auto scenario = load_scenario(find_places(), "quarterly/zone-loss-by-the-book", {});
    ASSERT_TRUE(scenario);
    if (as_written) run.scenario_sha256 = sha256_hex(scenario->as_run_yaml);
    std::filesystem::create_directories(dir_ + "/runs/" + name);
    ASSERT_TRUE(write_report_files(judge(run), dir_ + "/runs/" + name));
  }
  ExitCode says(const std::vector<std::string>& words) {
    auto answer = test::rehearse_says(words);
    out_ = std::move(answer.out);
    err_ = std::move(answer.err);
    return answer.exit;
  }
  ExitCode calendar_on(const std::string& day) {
    return says({"calendar", dir_ + "/runs", "--rhythm", dir_ + "/rhythm.yaml", "--today", day});
  }

  test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  std::string out_, err_;
};

TEST_F(RhythmVerbs, CalendarSaysWhatIsDoneDueOverdueAndStale) {
  record("a");
  EXPECT_EQ(calendar_on("2026-01-31"), ExitCode::failed) << err_;
  EXPECT_THAT(
      out_, AllOf(ContainsRegex("done +quarterly/zone-loss-by-the-book +last on 2026-01-31: pass"),
                  ContainsRegex("overdue +quarterly/key-loss +never played")));
  calendar_on("2026-02-01");
  EXPECT_THAT(out_, ContainsRegex("due +quarterly/zone-loss-by-the-book "));
  calendar_on("2026-03-01");
  EXPECT_THAT(out_, ContainsRegex("overdue +quarterly/zone-loss-by-the-book "));
  record("a", false);
  calendar_on("2026-01-31");
  EXPECT_THAT(out_, ContainsRegex("stale +quarterly/zone-loss-by-the-book "));
}

TEST_F(RhythmVerbs, CalendarNamesFindingsThatWait) {
  record("a");
  std::ofstream(dir_ + "/runs/findings.yaml") << "findings: [{id: zone-loss-by-the-book/rto, "
                                                 "severity: major, owner: anna, due: 2026-03-01,\n"
                                                 "            mended: 2026-02-01}]\n";
  calendar_on("2026-02-02");
  EXPECT_THAT(out_, HasSubstr("waits for its retest, due 2026-03-01 · anna"));
}

TEST_F(RhythmVerbs, CalendarRefusesWhatItCannotRead) {
  record("a");
  EXPECT_EQ(calendar_on("1.2.2026"), ExitCode::usage);
  EXPECT_EQ(says({"calendar", dir_ + "/nowhere"}), ExitCode::usage);
  std::ofstream(dir_ + "/runs/findings.yaml") << "findings: 7\n";
  EXPECT_EQ(calendar_on("2026-02-02"), ExitCode::usage);
  EXPECT_THAT(err_, HasSubstr("findings.yaml:1:11"));
}

TEST_F(RhythmVerbs, TrendWritesOnePage) {
  record("a");
  record("b");
  std::ofstream(dir_ + "/runs/other.json") << "{}";
  std::filesystem::create_directories(dir_ + "/runs/killed");
  std::ofstream(dir_ + "/runs/killed/run.json") << "{}";
  ASSERT_EQ(says({"trend", dir_ + "/runs/"}), ExitCode::expected) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("2 runs: "), HasSubstr("other.json: no report of a run")));
  const auto page = read_file(dir_ + "/runs/index.html");
  ASSERT_TRUE(page);
  EXPECT_THAT(*page, HasSubstr("<a href=\"./a\">"));
  EXPECT_EQ(says({"trend", dir_ + "/nowhere"}), ExitCode::usage);
}

TEST_F(RhythmVerbs, ASuitesPlanIsPrinted) {
  ASSERT_EQ(says({"suite", "monthly", "--plan"}), ExitCode::expected) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("# Game day: monthly"), HasSubstr("## Roles"),
                          HasSubstr("## Preflight"), HasSubstr("## Stop everything when"),
                          HasSubstr("| monthly/zone-loss-with-payments |")));
  ASSERT_EQ(says({"suite", "ci", "--plan"}), ExitCode::expected);
  EXPECT_THAT(out_, HasSubstr("nobody needs to be there"));
}

TEST_F(RhythmVerbs, CompareTakesFoldersAndFiles) {
  record("a");
  record("b");
  const std::string a = dir_ + "/runs/a", b = dir_ + "/runs/b/report.json";
  EXPECT_EQ(says({"compare", a, b}), ExitCode::expected) << err_;
  EXPECT_THAT(out_, HasSubstr("every figure is the same"));
  EXPECT_EQ(says({"compare", a, dir_ + "/runs"}), ExitCode::expected) << err_;
  EXPECT_THAT(out_, HasSubstr("1 against 1"));  // not against itself
  EXPECT_EQ(says({"compare", a, dir_ + "/nowhere"}), ExitCode::usage);
  EXPECT_EQ(says({"compare", a, b, "--error", "5"}), ExitCode::usage);
}

}  // namespace
}  // namespace rehearse
