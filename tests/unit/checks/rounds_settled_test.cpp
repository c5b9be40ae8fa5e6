// Rounds of studios: an honest evening, and each way in which it could have gone wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using testing::HasSubstr;

class RoundsSettled : public testing::Test {
 protected:
  RoundsSettled() {
    run_.history.run_key = "k1";
    run_.capabilities = {"ledger", "rounds", "intents"};
    run_.checks = {"rounds_settled"};
    run_.drained_ms = 60'000;
    auto& books = run_.books;
    books.ledger_entries.emplace();
    books.rounds.emplace();
    books.studio_rounds.emplace();
    books.studio_transactions.emplace();
    books.intents.emplace();
    // A win; a bet that was taken back; a void one whose studio never came back; a late bonus.
    round("k1-000000", "settled", "settled");
    move("k1-000000", "bet", "bet", 100);
    move("k1-000000", "win1", "win", 150);
    round("k1-000001", "settled", "settled");
    move("k1-000001", "bet", "bet", 100);
    move("k1-000001", "rollback", "rollback", 100);
    round("k1-000002", "void", "open");
    move("k1-000002", "bet", "bet", 100);
    book("k1-000002:void", "round_void", 100);
    round("k1-000003", "settled", "settled");
    move("k1-000003", "bet", "bet", 100);
    move("k1-000003", "jackpot", "jackpot", 5000);
    move("k1-000003", "bonus", "bonus_win", 50);
    // Cancelled before the bet came: a tombstone.
    round("k1-000004", "settled", "cancelled");
    move("k1-000004", "rollback", "rollback", 0);
    spin();
  }

  void round(const std::string& name, const char* casino, const char* studio) {
    const bool is_void = std::string(casino) == "void";
    run_.books.rounds->push_back({name, "studio-a", "2026-01-31T12:00:00Z", "2026-01-31T12:00:01Z",
                                  casino, is_void ? "studio_gone" : ""});
    run_.books.studio_rounds->push_back(
        {"studio-a", name, "p0001", 100, "EUR", studio, "", "2026-01-31T12:00:00Z"});
    run_.books.intents->push_back({name + (is_void ? ":void" : ":close"),
                                   is_void ? "round_void" : "round_close", "p0001", "", 0, "EUR",
                                   "ok", "2026-01-31T12:00:01Z"});
  }

  // In both books.
  void move(const std::string& round, const std::string& step, const std::string& kind,
            int64_t amount_minor) {
    const std::string key = round + ":" + step;
    run_.books.studio_transactions->push_back({"studio-a", key, round, kind, "", "p0001",
                                               amount_minor, "EUR", "ok", 0,
                                               "2026-01-31T12:00:00Z"});
    if (amount_minor != 0) book(key, kind == "jackpot" ? "jackpot_win" : kind, amount_minor);
  }

  void book(const std::string& key, const std::string& kind, int64_t amount_minor) {
    const int64_t sign = kind == "bet" ? -1 : 1;
    const char* bucket = kind == "bonus_win" ? "bonus" : "cash";
    for (const auto& [account, minor] :
         {std::pair{fmt::format("player:p0001:{}:EUR", bucket), sign * amount_minor},
          std::pair{std::string("house:games:EUR"), -sign * amount_minor}}) {
      LedgerEntry entry;
      entry.ledger = "main";
      entry.seq = static_cast<int64_t>(run_.books.ledger_entries->size()) + 1;
      entry.tx = "t-" + key;
      entry.key = key;
      entry.account = account;
      entry.currency = "EUR";
      entry.amount_minor = minor;
      entry.kind = kind;
      entry.round = key.substr(0, key.find(':'));
      run_.books.ledger_entries->push_back(entry);
    }
  }

  void spin() {
    Operation operation;
    operation.kind = OperationKind::spin;
    operation.player = 1;
    operation.amount_minor = 100;
    run_.history.operations.push_back(operation);
    Attempt attempt;
    attempt.number = 1;
    attempt.outcome = Outcome::ok;
    attempt.sent_ns = attempt.answered_ns = 1;
    attempt.amount_minor = 100;
    run_.history.attempts.push_back(attempt);
  }

  Finding finding() const { return examine_all(run_).front(); }
  std::string first() const {
    const Finding found = finding();
    EXPECT_EQ(found.verdict, Verdict::fail) << found.summary;
    return found.witnesses.empty() ? "" : found.witnesses.front();
  }
  Round& casino(size_t i) { return run_.books.rounds->at(i); }
  StudioRound& studio(size_t i) { return run_.books.studio_rounds->at(i); }
  StudioTransaction& of(const std::string& transaction) {
    return *std::ranges::find(*run_.books.studio_transactions, transaction,
                              &StudioTransaction::transaction);
  }
  void forget(const std::string& key) {
    std::erase_if(*run_.books.ledger_entries, [&](const auto& entry) { return entry.key == key; });
  }

  synthetic::RecordedRun run_;
};

TEST_F(RoundsSettled, AnHonestEveningPasses) {
  const Finding found = finding();
  EXPECT_EQ(found.verdict, Verdict::pass)
      << (found.witnesses.empty() ? found.summary : found.witnesses.front());
  EXPECT_EQ(found.summary, "4 rounds settled, 1 void; 8 transactions agree");
}

TEST_F(RoundsSettled, AnOpenRoundAfterTheDrain) {
  casino(0).state = "open";
  EXPECT_THAT(first(), HasSubstr("k1-000000: still open in the casino's books"));
  run_.drained_ms.reset();
  studio(0).state = "open";
  EXPECT_EQ(finding().verdict, Verdict::inconclusive) << "it may only have needed more time";
}

TEST_F(RoundsSettled, ARoundThatTheStudioNeverEnded) {
  studio(0).state = "open";
  EXPECT_THAT(first(), HasSubstr("still open at studio-a"));
}

TEST_F(RoundsSettled, EndedTwice) {
  run_.books.intents->push_back(
      {"k1-000000:void", "round_void", "p0001", "", 100, "EUR", "ok", ""});
  EXPECT_THAT(first(), HasSubstr("settled, but ended 2 times"));
}

TEST_F(RoundsSettled, VoidWithoutAReasonOrItsMoney) {
  casino(2).reason = "";
  EXPECT_THAT(first(), HasSubstr("void without a reason"));
  casino(2).reason = "studio_gone";
  forget("k1-000002:void");
  EXPECT_THAT(first(), HasSubstr("void, 100 minor were bet, 0 won back and 0 given back"));
}

TEST_F(RoundsSettled, TheBooksDisagreeHowItEnded) {
  studio(2).state = "settled";
  EXPECT_THAT(first(), HasSubstr("k1-000002: settled at studio-a, void here"));
}

TEST_F(RoundsSettled, AWinThatIsNotPaid) {
  forget("k1-000000:win1");
  EXPECT_THAT(first(), HasSubstr("studio-a was told that 1.50 EUR is done"));
}

TEST_F(RoundsSettled, AWinThatIsOwedAndRejected) {
  of("k1-000000:win1").state = "rejected";
  forget("k1-000000:win1");
  EXPECT_THAT(first(), HasSubstr("k1-000000:win1: a win was rejected, though its bet stands"));
  forget("k1-000000:bet");
  of("k1-000000:bet").state = "rejected";
  EXPECT_EQ(finding().verdict, Verdict::pass);
}

TEST_F(RoundsSettled, AWinThatNobodySent) {
  book("k1-000000:win1.2", "win", 150);
  EXPECT_THAT(first(), HasSubstr("win k1-000000:win1.2 of 1.50 EUR, which no studio sent"));
}

TEST_F(RoundsSettled, AnotherAmount) {
  of("k1-000000:win1").amount_minor = 151;
  EXPECT_THAT(first(), HasSubstr("k1-000000:win1: 1.50 EUR here, 1.51 EUR at studio-a"));
  of("k1-000000:win1").amount_minor.reset();
  EXPECT_EQ(finding().verdict, Verdict::pass) << "not told is no difference";
}

TEST_F(RoundsSettled, AnotherPlayer) {
  of("k1-000000:win1").player = "p0002";
  EXPECT_THAT(first(), HasSubstr("win of p0001 in EUR, at studio-a a win of p0002"));
}

TEST_F(RoundsSettled, ABetThatCameAfterItsCancellation) {
  book("k1-000004:bet", "bet", 100);
  of("k1-000004:rollback").kind = "rollback";
  EXPECT_THAT(first(), HasSubstr("cancelled at studio-a, but 100 minor were bet and 0 given back"));
}

TEST_F(RoundsSettled, ARepetitionThatWasAnsweredOtherwise) {
  of("k1-000000:win1").contradicted = 1;
  EXPECT_THAT(first(), HasSubstr("answered otherwise when it was repeated"));
}

TEST_F(RoundsSettled, ARoundThatItsStudioDoesNotKnow) {
  std::erase_if(*run_.books.studio_rounds, [](const auto& r) { return r.round == "k1-000001"; });
  EXPECT_THAT(first(), HasSubstr("k1-000001: studio-a knows nothing of it"));
}

TEST_F(RoundsSettled, ASpinThatTheCasinoDoesNotKnow) {
  std::erase_if(*run_.books.rounds, [](const auto& r) { return r.round == "k1-000000"; });
  EXPECT_EQ(finding().verdict, Verdict::fail);
  EXPECT_THAT(finding().witnesses,
              testing::Contains(HasSubstr("its player was told that it is on")));
}

TEST_F(RoundsSettled, WithoutBooksNothingCanBeSaid) {
  run_.books.studio_rounds.reset();
  EXPECT_EQ(finding().verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace rehearse
