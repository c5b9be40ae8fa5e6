#include <gtest/gtest.h>

#include "synthetic.hpp"

namespace rehearse {
namespace {

using namespace synthetic;
using Set = std::set<std::string>;

TEST(LedgerChain, HashAgainstAnIndependentImplementation) {
  LedgerEntry entry;  // by python3: hashlib.sha256(b"main|1|t1|k-000000|a|EUR|-5||bet||1|2|3|00..")
  entry.ledger = "main";
  entry.seq = 1;
  entry.tx = "t1";
  entry.key = "k-000000";
  entry.account = "a";
  entry.currency = "EUR";
  entry.amount_minor = -5;
  entry.kind = "bet";
  entry.region_term = 1;
  entry.timeline = 2;
  entry.epoch = 3;
  entry.prev_hash = genesis_prev_hash;
  ChainHasher hasher;
  EXPECT_EQ(hasher.hash_of(entry),
            "25d809fd7dc4f28c6d17c5a65aea747e4358287f113188f290acc895e7d005a9");
}

TEST(LedgerChain, ChangedColumn) {
  RecordedRun run = honest_run();
  (*run.books.ledger_entries)[700].round = "r2";
  EXPECT_EQ(red(run), Set{"ledger_chain"});
}

TEST(LedgerChain, BrokenLink) {
  RecordedRun run = honest_run();
  LedgerEntry& entry = (*run.books.ledger_entries)[700];
  entry.prev_hash = genesis_prev_hash;
  ChainHasher hasher;
  entry.hash = hasher.hash_of(entry);
  EXPECT_EQ(red(run), Set{"ledger_chain"});
}

TEST(LedgerChain, WrongGenesis) {
  RecordedRun run = honest_run();
  auto& entries = *run.books.ledger_entries;
  ChainHasher hasher;
  std::string previous(64, 'f');
  for (LedgerEntry& entry : entries) {
    entry.prev_hash = previous;
    entry.hash = previous = std::string(hasher.hash_of(entry));
  }
  EXPECT_EQ(red(run), Set{"ledger_chain"});
}

}  // namespace
}  // namespace rehearse
