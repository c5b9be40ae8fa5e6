#include "record/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "../checks/backed_up.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class RunFolder : public testing::Test {
 protected:
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(RunFolder, ComesBackAsItWas) {
  synthetic::RecordedRun run = synthetic::honest_run();
  run.expect_fail = {"rto"};
  run.troubles = {"a \"trouble\""};
  run.residue->push_back("something");
  run.targets.slo.push_back({"wallet_p95", "before", 250});
  StepRecord& step = run.runbook.emplace_back();
  step.step = "book.over";
  step.informed = {"support"};
  step.begun_ms = 1.5;
  step.approvals = {{"anna", "key", "nonce", "signature", 7, 8.5, true}};
  step.evidence = {{"to", "postgres-2"}};
  ASSERT_TRUE(write_run(dir_, run));
  const auto back = read_run(dir_);
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->runbook.size(), 1u);
  EXPECT_EQ(back->runbook[0].begun_ms, 1.5);
  EXPECT_FALSE(back->runbook[0].ended_ms);
  EXPECT_EQ(back->runbook[0].approvals.at(0).signature, "signature");
  EXPECT_TRUE(back->runbook[0].approvals.at(0).test_key);
  EXPECT_EQ(back->runbook[0].evidence, step.evidence);
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
  const std::string again = dir_ + "/again";
  ASSERT_TRUE(write_run(again, *back));
  for (const char* name : {"run.json", "events.jsonl", "books/ledger_entries.csv",
                           "books/accounts.csv", "books/intents.csv", "books/events.csv"}) {
    EXPECT_EQ(text_of(again + "/" + name), text_of(dir_ + "/" + name)) << name;
  }
}

// A name of a file, a line that was typed: whatever it is, the record is kept.
TEST_F(RunFolder, TextThatIsNotUtf8CostsNothingElse) {
  synthetic::RecordedRun run = synthetic::honest_run();
  run.runbook.emplace_back().refused = {"approvals/\xff.json: malformed"};
  run.events[0].detail = "typed \xc3";
  const Status written = write_run(dir_, run);
  ASSERT_TRUE(written) << written.error().message;
  const auto back = read_run(dir_);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->runbook[0].refused[0], "approvals/\xef\xbf\xbd.json: malformed");
  EXPECT_EQ(back->events[0].detail, "typed \xef\xbf\xbd");
}

TEST_F(RunFolder, BackupsAndWhatWasRestoredComeBack) {
  const synthetic::RecordedRun run = synthetic::backed_up_run();
  ASSERT_TRUE(write_run(dir_, run));
  const auto back = read_run(dir_);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->backup_policy, run.backup_policy);
  EXPECT_EQ(back->books.backups->back().prior, "F");
  EXPECT_EQ(back->books.restores->back().target_at, run.books.restores->back().target_at);
  EXPECT_EQ(back->restored.ledger_entries->size(), run.restored.ledger_entries->size());
  EXPECT_LT(back->restored.ledger_entries->size(), back->books.ledger_entries->size());
  EXPECT_TRUE(back->troubles.empty());
}

TEST_F(RunFolder, DamageIsNamed) {
  EXPECT_FALSE(read_run(dir_));
  ASSERT_TRUE(write_run(dir_, synthetic::honest_run()));
  std::ofstream(dir_ + "/events.jsonl", std::ios::app) << "{\n";
  const auto run = read_run(dir_);
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().message.find("events.jsonl:3: "), std::string::npos) << run.error().message;
}

// Whatever is wrong with a run's folder, the answer is that it is no whole run: never a crash, and
// never a run of which less is asked.
// Of what a platform may try again, older runs say nothing.
TEST_F(RunFolder, ARetryBudgetComesBackAndIsTheUsualOneWhereNoneWasRecorded) {
  synthetic::RecordedRun run = synthetic::honest_run();
  run.retries.again_max = 7;
  ASSERT_TRUE(write_run(dir_, run));
  EXPECT_EQ(read_run(dir_)->retries, run.retries);
  std::string kept;
  std::istringstream facts(text_of(dir_ + "/run.json"));
  for (std::string line; std::getline(facts, line);)
    if (!line.starts_with("  \"retries\"")) kept += line + "\n";
  std::ofstream(dir_ + "/run.json") << kept;
  EXPECT_EQ(read_run(dir_)->retries, RetryBudget{});
}

class DamagedRun : public RunFolder {
 protected:
  void SetUp() override { ASSERT_TRUE(write_run(dir_, synthetic::honest_run())); }

  void expect_refused(const std::string& why) {
    const auto run = read_run(dir_);
    ASSERT_FALSE(run) << why;
    EXPECT_EQ(run.error().code, ExitCode::usage);
    EXPECT_NE(run.error().message.find(why), std::string::npos) << run.error().message;
  }
  void expect_refused_facts(const std::string& from, const std::string& to,
                            const std::string& why) {
    std::string text = text_of(dir_ + "/run.json");
    ASSERT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
    const std::string whole = text_of(dir_ + "/run.json");
    std::ofstream(dir_ + "/run.json") << text;
    expect_refused(why);
    std::ofstream(dir_ + "/run.json") << whole;
    EXPECT_TRUE(read_run(dir_));
  }
};

TEST_F(DamagedRun, AFolderInAFilesPlaceIsNamed) {
  for (const char* name : {"events.jsonl", "history.bin", "run.json"}) {
    std::filesystem::remove(dir_ + "/" + name);
    std::filesystem::create_directory(dir_ + "/" + name);
    expect_refused("Is a directory");
    std::filesystem::remove(dir_ + "/" + name);
    ASSERT_TRUE(write_run(dir_, synthetic::honest_run()));
  }
}

TEST_F(DamagedRun, ABookThatCannotBeReadIsATroubleAndKeepsNoOtherFromBeingRead) {
  std::filesystem::remove(dir_ + "/books/accounts.csv");
  std::filesystem::create_directory(dir_ + "/books/accounts.csv");
  const auto run = read_run(dir_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_FALSE(run->books.accounts);
  EXPECT_TRUE(run->books.ledger_entries);
  ASSERT_EQ(run->troubles.size(), 1u);
  EXPECT_NE(run->troubles[0].find("Is a directory"), std::string::npos) << run->troubles[0];
  std::filesystem::remove(dir_ + "/books/accounts.csv");
}

TEST_F(DamagedRun, ALinkThatLeadsToItselfIsATroubleToo) {
  std::filesystem::remove(dir_ + "/books/accounts.csv");
  std::filesystem::create_symlink("accounts.csv", dir_ + "/books/accounts.csv");
  const auto run = read_run(dir_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_FALSE(run->books.accounts);
  ASSERT_EQ(run->troubles.size(), 1u);
  EXPECT_NE(run->troubles[0].find("accounts.csv"), std::string::npos) << run->troubles[0];
  ASSERT_TRUE(
      write_books(dir_ + "/books", run->books));  // nor does it keep books from being written
}

TEST_F(DamagedRun, WhatTheVerdictHangsOnMustBeThere) {
  for (const char* name : {"capabilities", "checks", "rto_targets_ms", "interrupted", "faults"})
    expect_refused_facts(fmt::format("\"{}\"", name), "\"x\"", fmt::format("lacks `{}`", name));
}

TEST_F(DamagedRun, NumbersAreNotWrappedAround) {
  expect_refused_facts("\"seed\": 7", "\"seed\": -7", "seed: below 0");
  expect_refused_facts("\"seed\": 7", "\"seed\": 7.5", "seed: not a whole number");
  expect_refused_facts("\"faults\": [", "\"faults\": [5, ", "faults: not an object");
}

TEST_F(DamagedRun, EveryEventIsAnObject) {
  std::ofstream(dir_ + "/events.jsonl", std::ios::app) << "5\n";
  expect_refused("events.jsonl:3: not an object");
}

TEST_F(DamagedRun, AKeyThatIsThereTwiceSaysTwoThings) {
  expect_refused_facts("\"seed\": 7", "\"seed\": 7, \"seed\": 8", "`seed` is there twice");
  expect_refused_facts("\"fault\":", "\"fault\": \"noop\", \"fault\":", "`fault` is there twice");
  std::ofstream(dir_ + "/events.jsonl", std::ios::app) << "{\"t_ms\": 1, \"t_ms\": 2}\n";
  expect_refused("events.jsonl:3: `t_ms` is there twice");
}

TEST_F(DamagedRun, WhatComesAfterTheEndIsNamed) {
  std::ofstream(dir_ + "/run.json", std::ios::app) << "x";
  expect_refused("run.json");
}

}  // namespace
}  // namespace rehearse
