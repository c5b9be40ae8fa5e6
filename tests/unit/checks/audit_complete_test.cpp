// The audit history has every transaction once, in chains that are whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

class AuditComplete : public testing::Test {
 protected:
  AuditComplete() { add_audit(run_); }
  Finding finding() { return finding_of(run_, "audit_complete"); }
  std::vector<AuditEntry>& rows() { return *run_.books.audit; }
  std::string witness() { return finding().witnesses.front(); }

  RecordedRun run_ = honest_run();
  Set red_{"audit_complete"};
};

TEST_F(AuditComplete, AnHonestRunIsGreen) {
  EXPECT_EQ(red(run_), Set{});
  EXPECT_EQ(finding().verdict, Verdict::pass);
  EXPECT_THAT(finding().summary, testing::HasSubstr("in 2 chains"));
}

TEST_F(AuditComplete, ARowThatWasChanged) {
  rows()[100].actor = "somebody else";
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(witness(), testing::HasSubstr("was changed"));
}

TEST_F(AuditComplete, ARowThatWasChangedWithItsHash) {
  rows()[100].actor = "somebody else";
  rows()[100].hash = audit_hash(rows()[100]);
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(witness(), testing::HasSubstr("does not follow"));
}

TEST_F(AuditComplete, ARowThatWasTakenOut) {
  const std::string tx = rows()[100].tx;
  rows().erase(rows().begin() + 100);
  EXPECT_EQ(red(run_), red_);
  EXPECT_EQ(finding().violations, 2) << "the gap, and the transaction without a row";
}

TEST_F(AuditComplete, TheLastRowsTakenOut) {
  const std::string tx = rows().back().tx;
  rows().pop_back();
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(witness(), testing::HasSubstr(tx));
  run_.drained_ms.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

TEST_F(AuditComplete, ATransactionTwice) {
  AuditEntry again = rows().back();
  again.position += 1;
  again.prev_hash = again.hash;
  again.hash = audit_hash(again);
  rows().push_back(again);
  EXPECT_EQ(red(run_), red_);
  EXPECT_THAT(witness(), testing::HasSubstr("twice"));
}

TEST_F(AuditComplete, SecurityEventsAreRowsToo) {
  AuditEntry row;
  row.chain = "security";
  row.position = 1;
  row.kind = "security:bad_signature";
  row.actor = "psp-a";
  row.amount_minor = 12;
  row.prev_hash = std::string(64, '0');
  row.hash = audit_hash(row);
  rows().push_back(row);
  EXPECT_EQ(red(run_), Set{});
  EXPECT_THAT(finding().summary, testing::HasSubstr("12 refused as attacks"));
}

}  // namespace
}  // namespace rehearse
