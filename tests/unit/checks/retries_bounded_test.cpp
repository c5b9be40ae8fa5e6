// A casino that backs off and keeps its budget, and ones that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;

class RetriesBounded : public testing::Test {
 protected:
  RetriesBounded() {
    run_.capabilities.insert("retries");
    run_.books.provider_requests.emplace();
  }
  void request(const std::string& key, const char* kind, int64_t at_ms) {
    run_.books.provider_requests->push_back({"psp-a", kind, key, 1'000'000 + at_ms});
  }
  // A payment every 200 ms for a minute, each sent once.
  void quiet_minute() {
    for (int i = 0; i < 300; ++i) request("quiet-" + std::to_string(i), "create", i * 200);
  }
  Finding finding() { return finding_of(run_, "retries_bounded"); }
  std::string first() {
    const Finding found = finding();
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  RecordedRun run_ = honest_run();
};

TEST_F(RetriesBounded, FirstRequestsAndTheirQuestionsAreNoRetries) {
  quiet_minute();
  for (int i = 0; i < 300; ++i) {  // each is asked about once its transfer is late
    request("quiet-" + std::to_string(i), "query", i * 200 + 5'000);
    request("quiet-" + std::to_string(i), "query", i * 200 + 10'000);
  }
  EXPECT_EQ(finding().verdict, Verdict::pass);
  EXPECT_THAT(finding().summary, testing::HasSubstr("300 payments, 0 retries, at most 1 tries"));
}

TEST_F(RetriesBounded, ABackoffThatGrowsIsFine) {
  quiet_minute();
  int64_t at_ms = 0, pause_ms = 100;
  for (int i = 0; i < 12; ++i) {
    request("p1", "query", at_ms);
    request("p1", "create", at_ms + 1);
    at_ms += pause_ms;
    pause_ms = std::min<int64_t>(2'500, 2 * pause_ms);
  }
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(RetriesBounded, TheBudgetIsWhatThePlatformDeclares) {
  quiet_minute();
  for (int i = 0; i < 11; ++i) request("p1", "create", i * 300);
  run_.retries.short_pause_ms = 200;
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
  run_.retries.tries_at_first = 8;
  EXPECT_EQ(finding().verdict, Verdict::fail);
  EXPECT_THAT(first(), testing::HasSubstr("where a backoff allows 9"));
}

TEST_F(RetriesBounded, PausesThatDoNotGrow) {
  quiet_minute();
  for (int i = 0; i < 11; ++i) request("p1", "create", i * 300);
  EXPECT_EQ(finding().verdict, Verdict::fail);
  EXPECT_THAT(first(), testing::HasSubstr("they do not grow"));
}

TEST_F(RetriesBounded, WithoutEnd) {
  quiet_minute();
  request("p1", "create", 0);
  for (int i = 1; i <= 40; ++i) request("p1", "query", i * 1'000);
  EXPECT_EQ(finding().verdict, Verdict::fail);
  EXPECT_THAT(first(), testing::HasSubstr("tried 40 times at psp-a"));
}

TEST_F(RetriesBounded, AStormWhenTheProviderIsBack) {
  quiet_minute();
  // Each waited politely for the same recovery; together they are too many.
  for (int i = 0; i < 300; ++i) request("quiet-" + std::to_string(i), "create", 70'000 + i);
  EXPECT_EQ(finding().verdict, Verdict::fail);
  EXPECT_THAT(first(), testing::HasSubstr("300 retries within 10 s"));
}

TEST_F(RetriesBounded, TheSameSpreadOverItsBudgetIsFine) {
  quiet_minute();
  for (int i = 0; i < 300; ++i) request("quiet-" + std::to_string(i), "create", 70'000 + i * 100);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(RetriesBounded, ALookWhetherTheProviderIsThereIsNoPayment) {
  quiet_minute();
  for (int i = 0; i < 100; ++i) request("probe", "query", i * 500);
  EXPECT_EQ(finding().verdict, Verdict::pass) << first();
}

TEST_F(RetriesBounded, AStormOfQuestionsToo) {
  quiet_minute();
  for (int i = 0; i < 300; ++i)
    for (int j = 0; j < 2; ++j)
      request("quiet-" + std::to_string(i), "query", 70'000 + i + j * 1'000);
  EXPECT_EQ(finding().verdict, Verdict::fail);
}

TEST_F(RetriesBounded, WithoutTheBookItCannotBeSaid) {
  run_.books.provider_requests.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
  run_.capabilities.erase("retries");
  EXPECT_EQ(finding().verdict, Verdict::not_applicable);
}

}  // namespace
}  // namespace rehearse
