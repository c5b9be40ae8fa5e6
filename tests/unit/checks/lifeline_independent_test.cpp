#include <gtest/gtest.h>

#include "checks/joined.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

Finding lifeline_finding(synthetic::RecordedRun run) {
  run.checks = {"lifeline_independent"};
  return examine_all(run).front();
}

class LifelineIndependent : public testing::Test {
 protected:
  LifelineIndependent() {
    run_ = synthetic::Builder(200).build();
    run_.capabilities.insert("lifeline");
    run_.books.paths = {{"players", "front", "cdn", "198.18.9.10", "play.casino.example"},
                        {"players", "edge", "edge", "198.18.1.51", ""},
                        {"lifeline", "gateway", "lifeline", "198.18.7.10", "help.example"}};
    run_.books.lifeline_requests.emplace();
  }
  // The edge is out from 1 s to 31 s: nobody gets an answer by it, and one asks the lifeline.
  void outage(Outcome through_lifeline) {
    FaultRecord fault;
    fault.id = "edge";
    fault.fault = "edge_outage";
    fault.effective_ms = 1'000;
    fault.healed_ms = 31'000;
    run_.faults = {fault};
    run_.history.operations.clear();
    run_.history.attempts.clear();
    for (int second = 0; second < 35; ++second) {
      const bool out = second >= 1 && second < 31;
      add(OperationKind::bet, second * 1000 + 500, out ? Outcome::failed : Outcome::ok);
      add(OperationKind::lifeline, second * 1000 + 600,
          out && second > 4 ? through_lifeline : Outcome::rejected);
    }
  }
  void add(OperationKind kind, int64_t ms, Outcome outcome) {
    Operation operation;
    operation.id = run_.history.operations.size();
    operation.kind = kind;
    run_.history.operations.push_back(operation);
    Attempt attempt;
    attempt.operation = operation.id;
    attempt.number = 1;
    attempt.outcome = outcome;
    attempt.intended_ns = attempt.sent_ns = synthetic::at_ns(static_cast<double>(ms));
    run_.history.attempts.push_back(attempt);
  }
  static LifelineRequest request(int64_t at_ms) {
    return {"k1", "bot-1", "p0001", "cashout", 202, at_ms, 100, 1'000, 2'000};
  }
  synthetic::RecordedRun run_;
};

TEST_F(LifelineIndependent, PassesWhereNothingIsShared) {
  const Finding finding = lifeline_finding(run_);
  EXPECT_EQ(finding.verdict, Verdict::pass) << finding.summary;
  EXPECT_EQ(finding.examined, 2);
}

TEST_F(LifelineIndependent, ASharedComponentAddressOrNameIsRed) {
  const PathHop whole = run_.books.paths->back();
  auto& hop = run_.books.paths->back();
  hop.component = "edge";
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail);
  hop = whole;
  hop.address = "198.18.1.51";
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail);
  hop = whole;
  hop.name = "play.casino.example";
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail);
  hop = whole;
  hop.name = "";
  run_.books.paths->front().name = "";
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::pass) << "no name is shared with no name";
}

TEST_F(LifelineIndependent, MustWorkWhileTheEdgeIsOut) {
  outage(Outcome::ok);
  const Finding well = lifeline_finding(run_);
  EXPECT_EQ(well.verdict, Verdict::pass) << well.summary;
  EXPECT_NE(well.summary.find("26 operations"), std::string::npos) << well.summary;
  outage(Outcome::failed);
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail);
  outage(Outcome::rejected);
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail) << "closed when it was needed";
}

TEST_F(LifelineIndependent, IsOpenInAnEmergencyOnlyAndForContactsOfBefore) {
  run_.books.lifeline_requests = {request(1'500)};
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::pass);
  run_.books.lifeline_requests = {request(2'500)};
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail);
  run_.books.lifeline_requests = {request(900)};
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail);
  auto late = request(1'500);
  late.registered_ms = 1'200;
  run_.books.lifeline_requests = {late};
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::fail);
}

TEST_F(LifelineIndependent, WithoutPathsNothingIsProved) {
  run_.books.paths.reset();
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::inconclusive);
  run_.books.paths = {{"players", "edge", "edge", "198.18.1.51", ""}};
  EXPECT_EQ(lifeline_finding(run_).verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace rehearse
