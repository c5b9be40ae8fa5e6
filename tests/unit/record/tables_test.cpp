#include "record/tables.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class Tables : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ + "/" + name, std::ios::binary) << text;
  }
  std::string error() const {
    std::vector<std::string> troubles;
    const Books books = read_books(dir_, troubles);
    EXPECT_EQ(books.reporting.has_value(), troubles.empty());
    return troubles.size() == 1 ? troubles[0].substr(5 + dir_.size() + 1) : "no error";
  }
  Books read() const {
    std::vector<std::string> troubles;
    Books books = read_books(dir_, troubles);
    EXPECT_TRUE(troubles.empty()) << troubles[0];
    return books;
  }
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(Tables, OneThatCannotBeReadKeepsNoOtherFromBeing) {
  put("accounts.csv", "account,owner,bucket,currency,balance_minor\na,p,cash,EUR,1\nb,p\n");
  put("reporting.csv", "loaded_at,currency,amount_minor,kind,tx\nnow,EUR,12,bet,t1\n");
  std::filesystem::create_symlink(dir_ + "/rounds.csv", dir_ + "/rounds.csv");  // a loop
  std::vector<std::string> troubles;
  const Books books = read_books(dir_, troubles);
  EXPECT_FALSE(books.accounts);
  EXPECT_FALSE(books.rounds);
  ASSERT_TRUE(books.reporting);
  EXPECT_EQ(books.reporting->size(), 1U);
  ASSERT_EQ(troubles.size(), 2U);
  EXPECT_EQ(troubles[0], "book " + dir_ + "/accounts.csv:3: 2 fields, the header has 5");
  // What could not be read is not lost when the run is written again.
  std::filesystem::remove(dir_ + "/rounds.csv");
  ASSERT_TRUE(write_books(dir_, books));
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/incomplete/accounts.csv"));
}

TEST_F(Tables, AllOfThemComeBack) {
  Books books;
  LedgerEntry entry;
  entry.ledger = "main";
  entry.seq = 1;
  entry.tx = "a,b";
  entry.key = "say \"hi\"";
  entry.account = "two\nlines";
  entry.currency = "EUR";
  entry.amount_minor = -9'223'372'036'854'775'807;
  entry.kind = "bet";
  entry.epoch = 0;  // known to be 0 is not the same as unknown
  books.ledger_entries = {entry, LedgerEntry{}};
  books.accounts = {{"player:p1:cash:EUR", "p1", "cash", "EUR", 5, 7}};
  books.intents = {{"k", "bet", "p1", "", 5, "EUR", "ok", "now"}};
  books.provider_transfers = {{"psp-a", "x", "k", "out", 5, "EUR", "pending", "now"}};
  books.webhook_effects = {{"psp-a", "e", 2, 1, "", "now", "x", "k"}};
  books.events = {{"ledger", 1, 2, "p1", "t", "bet", 5, "EUR", "now"}};
  books.credit_log = {{3, "k", "p1", 5, "EUR", 1, "norden", 50, 500, ""}};
  books.rounds.emplace();
  ASSERT_TRUE(write_books(dir_, books));
  const auto back = std::optional(read());
  ASSERT_EQ(back->ledger_entries->size(), 2U);
  const LedgerEntry& got = back->ledger_entries->front();
  EXPECT_EQ(got.tx, entry.tx);
  EXPECT_EQ(got.key, entry.key);
  EXPECT_EQ(got.account, entry.account);
  EXPECT_EQ(got.amount_minor, entry.amount_minor);
  EXPECT_EQ(got.epoch, 0);
  EXPECT_FALSE(got.version || got.timeline);
  EXPECT_EQ(back->accounts->front().version, 7);
  EXPECT_EQ(back->events->front().offset, 2);
  EXPECT_TRUE(back->rounds && back->rounds->empty());  // there, and empty
  EXPECT_FALSE(back->reporting);                       // not there
}

TEST_F(Tables, ATableThatIsGoneIsNotReadBack) {
  Books books;
  books.rounds.emplace();
  ASSERT_TRUE(write_books(dir_, books));
  ASSERT_TRUE(write_books(dir_, Books{}));
  EXPECT_FALSE(read().rounds);
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/incomplete/rounds.csv"));  // evidence all the same
}

TEST_F(Tables, AByteOrderMarkIsNoPartOfTheFirstColumn) {
  put("reporting.csv", "\xEF\xBB\xBFtx,kind,amount_minor,currency,loaded_at\nt1,bet,12,EUR,now\n");
  EXPECT_EQ(read().reporting->at(0).tx, "t1");
}

TEST_F(Tables, ColumnsAreFoundByName) {
  put("reporting.csv", "loaded_at,extra,currency,amount_minor,kind,tx\r\nnow,,EUR,12,bet,t1\r\n");
  const Books books = read();
  EXPECT_EQ(books.reporting->front().tx, "t1");
  EXPECT_EQ(books.reporting->front().amount_minor, 12);
}

// An event that somebody else wrote is theirs: a finding, not a file that cannot be read.
TEST_F(Tables, AnEventWithoutANumberIsRead) {
  const std::string head = "topic,partition,offset,key,tx,kind,amount_minor,currency,at\n";
  for (const char* amount : {"", "x", "1.5"}) {
    put("events.csv", head + "ledger,0,7,k,t,bet," + amount + ",EUR,now\n");
    const Books books = read();
    ASSERT_TRUE(books.events);
    EXPECT_EQ(books.events->front().amount_minor, 0);
    EXPECT_EQ(books.events->front().offset, 7);
  }
}

TEST_F(Tables, ErrorsCarryFileAndLine) {
  const std::string head = "tx,kind,amount_minor,currency,loaded_at\n";
  put("reporting.csv", "tx,currency\n");
  EXPECT_EQ(error(), "reporting.csv:1: required columns missing: kind, amount_minor, loaded_at");
  put("reporting.csv", "");
  EXPECT_EQ(error(), "reporting.csv:1: no header");
  put("reporting.csv", "tx,tx\n");
  EXPECT_EQ(error(), "reporting.csv:1: column tx twice");
  put("reporting.csv", head + "t,bet,1,EUR,now\nt,bet,1.5,EUR,now\n");
  EXPECT_EQ(error(), "reporting.csv:3: amount_minor is not a whole number: \"1.5\"");
  put("reporting.csv", head + "t,bet,,EUR,now\n");
  EXPECT_EQ(error(), "reporting.csv:2: amount_minor is not a whole number: \"\"");
  put("reporting.csv", head + "\"t\nt\",bet,1,EUR,now\nt,bet\n");
  EXPECT_EQ(error(), "reporting.csv:4: 2 fields, the header has 5");
  put("reporting.csv", head + "t,bet,1,EUR,\"now\n");
  EXPECT_EQ(error(), "reporting.csv:2: a quote is not closed");
  put("reporting.csv", head + "t,b\"et,1,EUR,now\n");
  EXPECT_EQ(error(), "reporting.csv:2: a quote inside a field that is not quoted");
  put("reporting.csv", head + "t,\"bet\"x,1,EUR,now\n");
  EXPECT_EQ(error(), "reporting.csv:2: text after a closing quote");
}

}  // namespace
}  // namespace rehearse
