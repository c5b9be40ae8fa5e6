#include "books/run.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "../checks/synthetic.hpp"

namespace rehearse {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(RunFolder, ComesBackAsItWas) {
  const std::string dir = testing::TempDir() + "rehearse-run";
  std::filesystem::remove_all(dir);
  synthetic::RecordedRun run = synthetic::honest_run();
  run.expect_fail = {"rto"};
  run.troubles = {"a \"trouble\""};
  run.residue->push_back("something");
  run.targets.slo.push_back({"wallet_p95", "before", 250});
  ASSERT_TRUE(write_run(dir, run));
  const auto back = read_run(dir);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->title, run.title);
  EXPECT_EQ(back->faults[0].evidence, run.faults[0].evidence);
  EXPECT_EQ(back->faults[0].effective_ms, 50);
  EXPECT_EQ(back->roles.size(), run.roles.size());
  EXPECT_EQ(back->events[1].detail, "az-1 is silent");
  EXPECT_EQ(back->residue, run.residue);
  EXPECT_EQ(back->history.attempts.size(), run.history.attempts.size());
  EXPECT_EQ(back->books.ledger_entries->size(), run.books.ledger_entries->size());
  EXPECT_EQ(back->targets.slo[0].limit, run.targets.slo[0].limit);
  EXPECT_GT(back->targets.slo[0].limit, 0);
  // Written again, it is the same to the byte: nothing was lost on the way.
  const std::string again = dir + "-again";
  std::filesystem::remove_all(again);
  ASSERT_TRUE(write_run(again, *back));
  for (const char* name : {"run.json", "events.jsonl", "books/ledger_entries.csv",
                           "books/accounts.csv", "books/intents.csv", "books/events.csv"}) {
    EXPECT_EQ(text_of(again + "/" + name), text_of(dir + "/" + name)) << name;
  }
  std::filesystem::remove_all(dir);
  std::filesystem::remove_all(again);
}

TEST(RunFolder, DamageIsNamed) {
  const std::string dir = testing::TempDir() + "rehearse-run-damaged";
  std::filesystem::remove_all(dir);
  EXPECT_FALSE(read_run(dir));
  ASSERT_TRUE(write_run(dir, synthetic::honest_run()));
  std::ofstream(dir + "/events.jsonl", std::ios::app) << "{\n";
  const auto run = read_run(dir);
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().message.find("events.jsonl:3: "), std::string::npos) << run.error().message;
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace rehearse
