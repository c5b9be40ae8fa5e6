#include <gtest/gtest.h>

#include "checks/joined.hpp"
#include "synthetic.hpp"

namespace rehearse {
namespace {

Finding stream_finding(synthetic::RecordedRun run) {
  run.checks = {"stream_independent"};
  return examine_all(run).front();
}

class StreamIndependent : public testing::Test {
 protected:
  // Ten windows of 7 s every 10 s; from the fourth to the sixth the stream is stepped down.
  StreamIndependent() {
    run_ = synthetic::Builder(200).build();
    run_.capabilities.insert("streams");
    auto& books = run_.books;
    books.windows.emplace();
    books.window_bets.emplace();
    books.stream_samples.emplace();
    for (int64_t i = 0; i < 10; ++i) {
      const std::string window = "t1-" + std::to_string(i);
      const int64_t opened_ms = 10'000 * i;
      books.windows->push_back({window, "t1", opened_ms, opened_ms + 7'000, "table-1"});
      books.window_bets->push_back({"in-" + window, window, opened_ms + 3'000, "accepted"});
      books.window_bets->push_back({"late-" + window, window, opened_ms + 8'000, "outside_window"});
      const bool ill = i >= 3 && i < 6;
      books.stream_samples->push_back({"t1", opened_ms + 1'000, ill ? "hls" : "webrtc", 0});
    }
    FaultRecord fault;
    fault.id = fault.fault = "stream_degrade";
    fault.effective_ms = 1;
    run_.faults = {fault};
  }
  synthetic::RecordedRun run_;
};

TEST_F(StreamIndependent, PassesWhereTheScheduleIsTheSame) {
  const Finding finding = stream_finding(run_);
  EXPECT_EQ(finding.verdict, Verdict::pass) << finding.summary;
  EXPECT_EQ(finding.examined, 30);
  EXPECT_NE(finding.summary.find("3 and 6 of them"), std::string::npos) << finding.summary;
}

TEST_F(StreamIndependent, AWindowThatMovedShrankOrIsMissingIsRed) {
  auto& window = run_.books.windows->at(4);
  window.opened_ms += 500;
  window.closed_ms += 500;
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
  window.opened_ms -= 500;
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail) << "held open for those who saw it late";
  run_.books.windows->erase(run_.books.windows->begin() + 4);
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
}

TEST_F(StreamIndependent, ABetThatIsBookedWasTakenInItsWindow) {
  const uint64_t bet = synthetic::nth(run_, OperationKind::bet, 3);
  run_.history.operations[bet].kind = OperationKind::table_bet;
  Finding finding = stream_finding(run_);
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_NE(finding.witnesses.at(0).find("and not decided"), std::string::npos);
  run_.books.window_bets->push_back({synthetic::key(run_, bet), "t1-0", 3'000, "accepted"});
  for (LedgerEntry& entry : *run_.books.ledger_entries)
    if (entry.key == synthetic::key(run_, bet)) entry.committed_at = "1970-01-01T00:00:03Z";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::pass);
  run_.books.window_bets->back().outcome = "declined";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
}

TEST_F(StreamIndependent, ABetTakenLateOrRefusedInTimeIsRed) {
  auto& bets = *run_.books.window_bets;
  const auto whole = bets;
  bets[8].decided_ms += 6'000;
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
  bets = whole;
  bets[9].decided_ms -= 6'000;
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
  bets = whole;
  bets[0].window = "t1-99";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
}

TEST_F(StreamIndependent, ABetBookedOnceItsOutcomeMayBeKnownIsRed) {
  LedgerEntry entry;
  entry.tx = "t";
  entry.key = "in-t1-3";  // of the window that closes after 37 s
  entry.kind = "bet";
  entry.committed_at = "1970-01-01T00:00:36Z";
  run_.books.ledger_entries->push_back(entry);
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::pass);
  run_.books.ledger_entries->back().committed_at = "1970-01-01T00:01:37Z";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
}

TEST_F(StreamIndependent, WithoutADegradedStreamAFaultProvesNothing) {
  for (auto& sample : *run_.books.stream_samples) sample.mode = "webrtc";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::inconclusive);
  run_.faults.clear();
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::pass);
}

TEST_F(StreamIndependent, WindowsCountOn) {
  run_.books.windows->at(4).window = "t1-40";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
  run_.books.windows->at(4).window = "t1-x";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::fail);
}

TEST_F(StreamIndependent, IsNotExercisedWhereTheStreamWasWell) {
  EXPECT_EQ(stream_finding(run_).not_exercised, "");
  run_.faults.clear();
  for (StreamSample& sample : *run_.books.stream_samples) sample.mode = "webrtc";
  EXPECT_EQ(stream_finding(run_).verdict, Verdict::pass);
  EXPECT_EQ(stream_finding(run_).not_exercised, "the stream was never stepped down");
}

}  // namespace
}  // namespace rehearse
