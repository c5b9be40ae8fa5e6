// Demand that stays up after a fault is named, as the platform's where the machine had room.
#include "checks/demand.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/verdict.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using testing::HasSubstr;

// Every operation after the fault was healed (at 30 s) is tried three times; idle per look.
RecordedRun storm(int64_t idle_us, double until_ms = 60'000) {
  RecordedRun run = honest_run();
  const auto attempts = run.history.attempts;
  for (const Attempt& attempt : attempts) {
    const double t_ms = run_ms(run.history, attempt.intended_ns);
    if (t_ms < 30'000 || t_ms >= until_ms) continue;
    for (uint32_t again = 2; again <= 3; ++again) {
      run.history.attempts.push_back(attempt);
      run.history.attempts.back().number = again;
    }
  }
  run.books.machine.emplace();
  for (int64_t t_ms = -10'000; t_ms < 60'000; t_ms += 500)
    run.books.machine->push_back({t_ms + 500, 500'000, 0, idle_us, 0, 100});
  return run;
}

std::string finding_text(const RecordedRun& run, std::string_view severity) {
  for (const ReportFinding& finding : judge(run).findings)
    if (finding.severity == severity && finding.text.find("demand was") != std::string::npos)
      return finding.text;
  return "";
}

TEST(Demand, OfAnHonestRunFalls) {
  EXPECT_FALSE(demand_stays(Joined(honest_run())));
  const RecordedRun run = honest_run();
  const Joined joined(run);
  const auto phases = measure_demand(joined, joined.rto);
  ASSERT_EQ(phases.size(), 3u);
  EXPECT_EQ(phases[0].phase, "before");
  EXPECT_NEAR(*phases[0].attempts_per_operation, 1, 0.05);
  EXPECT_EQ(phases[1].roles_moved, 2);
  EXPECT_EQ(phases[1].nodes_gone, 1);
  EXPECT_FALSE(phases[0].queue);  // nobody told
}

TEST(Demand, ThatStaysIsThePlatformsWhereTheMachineHadRoom) {
  const std::string text = finding_text(storm(200'000), "major");
  EXPECT_THAT(text, HasSubstr("overload that feeds itself"));
  EXPECT_THAT(text, HasSubstr("attempts an operation"));
  EXPECT_EQ(finding_text(storm(200'000), "note"), "");
}

TEST(Demand, ThatStaysIsTheMachinesWhereItHadNone) {
  EXPECT_THAT(finding_text(storm(10'000), "note"), HasSubstr("the machine had no room"));
  EXPECT_EQ(finding_text(storm(10'000), "major"), "");
}

TEST(Demand, MayTakeAWhileToFall) {
  EXPECT_EQ(finding_text(storm(200'000, 39'000), "major"), "");
  EXPECT_NE(finding_text(storm(200'000, 44'000), "major"), "");
}

// As seen after the kill of a primary on a slow machine.
TEST(Demand, OfThoseWhoWaitForTheElectionIsNone) {
  const auto elected = [](double until_ms, std::vector<RoleChange> more = {}) {
    RecordedRun run = storm(200'000, until_ms);
    run.roles = {{-9000, "postgres-1", "primary", true},
                 {-9000, "postgres-2", "sync", true},
                 {20'000, "postgres-1", "", false},
                 {43'000, "postgres-2", "primary", false}};
    run.roles.insert(run.roles.end(), more.begin(), more.end());
    return finding_text(run, "major");
  };
  EXPECT_EQ(elected(44'000), "");
  EXPECT_THAT(elected(60'000), HasSubstr("15.0 s after the last healing and the election after"));
  const std::vector<RoleChange> again = {{44'000, "postgres-2", "", false},
                                         {59'000, "postgres-1", "primary", false}};
  EXPECT_NE(elected(60'000, again), "") << "an election of the overload itself";
}

TEST(Demand, IsNotJudgedWhereTheElectionNeverEnds) {
  RecordedRun run = storm(200'000);
  run.roles = {{-9000, "postgres-1", "primary", true}, {1'200, "postgres-1", "", false}};
  EXPECT_FALSE(demand_stays(Joined(run)));
}

// As seen after an outage of the edges: nobody comes twice within seconds, and all come back.
TEST(Demand, OfThoseWhoWaitedOutAnOutageIsDemandToo) {
  RecordedRun run = storm(200'000, 0);
  const auto attempts = run.history.attempts;
  for (const Attempt& attempt : attempts) {
    const double t_ms = run_ms(run.history, attempt.intended_ns);
    if (t_ms < 0 || t_ms >= 30'000) continue;
    run.history.attempts.push_back(attempt);
    run.history.attempts.back().number = 2;
    run.history.attempts.back().intended_ns += 30'000 * ns_per_ms;
  }
  EXPECT_THAT(finding_text(run, "major"), HasSubstr("2.02 attempts an operation, not 1.01"));
}

// As seen after the loss of a zone, whose nodes join again one by one.
TEST(Demand, IsNoneOfNodesThatComeBack) {
  RecordedRun run = storm(200'000, 0);
  for (const char* node : {"wallet-3", "kafka-3", "postgres-3"})
    run.roles.push_back({15'000, node, "", false});
  RecordedRun moving = run;
  double t_ms = 31'000;
  for (const auto& [node, role] : {std::pair("kafka-3", "broker"), std::pair("wallet-3", "standby"),
                                   std::pair("postgres-3", "replica")}) {
    run.roles.push_back({t_ms, node, role, false});
    moving.roles.push_back({t_ms, node, role, false});
    moving.roles.push_back({t_ms + 100, node, "active", false});
    t_ms += 5'000;
  }
  EXPECT_EQ(finding_text(run, "major"), "");
  EXPECT_THAT(finding_text(moving, "major"), HasSubstr("3 roles moved, 0 nodes gone"));
}

TEST(Demand, QueuesThatStayLongAreDemandToo) {
  RecordedRun run = storm(200'000, 0);
  run.books.lags.emplace();
  for (int64_t t_ms = -10'000; t_ms < 60'000; t_ms += 1000)
    run.books.lags->push_back({t_ms, "relay-1", "lag", t_ms < 30'000 ? 5 : 4'000});
  EXPECT_THAT(finding_text(run, "major"), HasSubstr("queues of 4000, not 5"));
}

}  // namespace
}  // namespace rehearse
