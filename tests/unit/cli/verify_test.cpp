// A bundle before and after somebody's hands: what `rehearse verify` says, and the standalone
// reports/verify.py, which shares no code with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "../checks/synthetic.hpp"
#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "base/sha256.hpp"
#include "cli/cli.hpp"
#include "cli/judged.hpp"
#include "record/audit.hpp"
#include "record/manifest.hpp"
#include "rehearse_says.hpp"
#include "runtime/command.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using synthetic::RecordedRun;
using testing::AllOf;
using testing::HasSubstr;

struct Said {
  int exit = -1;
  std::string out;
};

class Verify : public testing::Test {
 protected:
  std::string run_dir() const { return dir_ + "/run"; }

  // As a rehearsal leaves it.
  void record(RecordedRun run, const std::string& secret = "") const {
    run.audited = true;
    run.audit_key = ed25519_public(secret);
    fs::create_directories(run_dir());
    ASSERT_TRUE(write_run(run_dir(), run));
    seal(secret);
    const auto read = read_run(run_dir());
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_TRUE(write_report_files(judge(*read), run_dir()));
  }
  void seal(const std::string& secret = "") const {
    fs::remove(run_dir() + "/" + audit_file);
    ASSERT_TRUE(write_manifest(run_dir(), secret));
    auto trail = AuditTrail::create(run_dir());
    ASSERT_TRUE(trail);
    (*trail)->add("run", "begun", "zone-loss");
    ASSERT_TRUE((*trail)->seal(manifest_sha256(run_dir()), secret));
  }
  void edit(const std::string& name, const std::string& from, const std::string& to) const {
    auto text = read_file(run_dir() + "/" + name);
    ASSERT_TRUE(text);
    const size_t at = text->find(from);
    ASSERT_NE(at, std::string::npos) << from;
    ASSERT_TRUE(write_file_atomically(run_dir() + "/" + name, text->replace(at, from.size(), to)));
  }

  Said verb_says(const std::string& key = "") const {
    std::vector<std::string> words{"verify", run_dir()};
    if (!key.empty()) words.insert(words.end(), {"--signed-by", key});
    const auto said = test::rehearse_says(words);
    return {static_cast<int>(said.exit), said.out + said.err};
  }
  Said script_says(const std::string& key = "") const {
    std::vector<std::string> argv{"python3", REHEARSE_SOURCE_DIR "/reports/verify.py", run_dir()};
    if (!key.empty()) argv.insert(argv.end(), {"--signed-by", key});
    const auto result = run_command(argv, 60'000);
    EXPECT_TRUE(result) << result.error().message;
    return result ? Said{result->exit_status, result->out + result->err} : Said{};
  }
  void expect_verified(const std::string& verdict) const {
    for (const Said& said : {verb_says(), script_says()}) {
      EXPECT_EQ(said.exit, 0) << said.out;
      EXPECT_THAT(said.out, AllOf(HasSubstr("\nVERIFIED"), HasSubstr(verdict)));
    }
  }
  void expect_both_name(const std::string& what) const {
    for (const Said& said : {verb_says(), script_says()}) {
      EXPECT_EQ(said.exit, 1) << said.out;
      EXPECT_THAT(said.out, HasSubstr(what));
    }
  }

  test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

// The first payout, sent a second time by another provider.
RecordedRun paid_twice() {
  RecordedRun run = synthetic::honest_run();
  auto& transfers = *run.books.provider_transfers;
  const auto payout = std::ranges::find(transfers, "out", &ProviderTransfer::direction);
  EXPECT_NE(payout, transfers.end());
  ProviderTransfer again = *payout;
  again.transfer = "x-again";
  transfers.push_back(again);
  return run;
}

TEST_F(Verify, AnHonestBundleIsVerifiedByBoth) {
  record(synthetic::honest_run());
  expect_verified("pass");
}

TEST_F(Verify, ARedOneIsVerifiedToo) {
  record(paid_twice());
  expect_verified("fail");
  EXPECT_THAT(script_says().out, HasSubstr("no_duplicate_payouts   reported fail"));
}

TEST_F(Verify, SoAreRunsOfTheRealStack) {
  for (const char* name : {"pass", "fail"}) {
    fs::remove_all(run_dir());
    fs::copy(std::string(REHEARSE_SOURCE_DIR "/tests/data/runs/") + name, run_dir(),
             fs::copy_options::recursive);
    const auto run = read_run(run_dir());
    ASSERT_TRUE(run) << run.error().message;
    record(*run);
    expect_verified(name);
  }
}

TEST_F(Verify, AnAlteredRowAMissingAndAnAddedFileAreNamed) {
  record(synthetic::honest_run());
  edit("books/accounts.csv", ",house,EUR,", ",house,BRL,");
  fs::remove(run_dir() + "/events.jsonl");
  std::ofstream(run_dir() + "/books/rounds.csv") << "round\n";
  expect_both_name("books/accounts.csv changed");
  expect_both_name("row 1");
  expect_both_name("events.jsonl is gone");
  expect_both_name("books/rounds.csv came later");
}

TEST_F(Verify, WhatWasAlteredIsNamedThoughTheRestCannotBeReadAnyMore) {
  record(synthetic::honest_run());
  edit("books/ledger_entries.csv", ",opening,", ",\"");
  fs::remove(run_dir() + "/run.json");
  expect_both_name("books/ledger_entries.csv changed");
  expect_both_name("run.json is gone");
}

// Fields behind the signature are nobody's word.
TEST_F(Verify, ASignedTrailTakesNoFieldMore) {
  const std::string secret(64, '7'), key = ed25519_public(secret);
  record(synthetic::honest_run(), secret);
  std::string trail = read_file(run_dir() + "/audit.jsonl").value_or("");
  ASSERT_FALSE(trail.empty());
  trail.pop_back();
  const size_t from = trail.rfind('\n') + 1;
  const std::string line = trail.substr(from, trail.rfind(",\"sha256\"") - from);
  const std::string more = line + ",\"manifest_sha256\":\"" + std::string(64, '0') + "\"";
  trail = trail.substr(0, from) + more + ",\"sha256\":\"" + sha256_hex(more) + "\"}\n";
  ASSERT_TRUE(write_file_atomically(run_dir() + "/audit.jsonl", trail));
  expect_both_name("the signature of the last line is not over this trail");
}

TEST_F(Verify, AnAlteredTrailIsNamed) {
  record(synthetic::honest_run());
  edit("audit.jsonl", "zone-loss", "zone-lost");
  expect_both_name("line 1 was altered");
}

// Manifest and trail were written anew, so only the books speak.
TEST_F(Verify, AReportThatSaysOtherwiseThanTheBooksIsFound) {
  record(paid_twice());
  RecordedRun honest = synthetic::honest_run();
  ASSERT_TRUE(write_report_files(judge(honest), run_dir()));
  expect_both_name("no_duplicate_payouts");
  expect_both_name("NOT AS RECORDED");
}

TEST_F(Verify, SoIsALossThatTheReportHides) {
  RecordedRun run = synthetic::honest_run();
  const auto key = synthetic::key(run, synthetic::nth(run, OperationKind::bet, 3));
  std::erase_if(*run.books.ledger_entries, [&](const auto& entry) { return entry.key == key; });
  synthetic::rechain(run);
  synthetic::recount(run);
  record(run);
  expect_verified("fail");
  RecordedRun honest = synthetic::honest_run();
  ASSERT_TRUE(write_report_files(judge(honest), run_dir()));
  expect_both_name("NOT AS RECORDED");
  EXPECT_THAT(script_says().out, HasSubstr("lost: report.json says 0, the books show 1"));
}

TEST_F(Verify, ASignatureIsHeldToItsKey) {
  const std::string secret = dir_ + "/secret.pem", pub = dir_ + "/public.pem";
  ASSERT_TRUE(run_checked({"openssl", "genpkey", "-algorithm", "ed25519", "-out", secret}, 10'000));
  ASSERT_TRUE(run_checked({"openssl", "pkey", "-in", secret, "-pubout", "-out", pub}, 10'000));
  record(synthetic::honest_run(), ed25519_secret_of_pem(read_file(secret).value_or("")));
  for (const Said& said : {verb_says(pub), script_says(pub)}) EXPECT_EQ(said.exit, 0) << said.out;
  // An auditor with nothing but OpenSSL.
  const std::string manifest = run_dir() + "/manifest.json";
  const auto by_hand = run_checked({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pub,
                                    "-rawin", "-in", manifest, "-sigfile", manifest + ".sig"},
                                   10'000);
  EXPECT_TRUE(by_hand) << by_hand.error().message;

  seal(std::string(64, '8'));  // by somebody else
  for (const Said& said : {verb_says(pub), script_says(pub)}) {
    EXPECT_EQ(said.exit, 1) << said.out;
    EXPECT_THAT(said.out, HasSubstr("and must be by"));
  }
}

TEST_F(Verify, WhatIsNoRunIsRefused) {
  fs::create_directories(run_dir());
  for (const Said& said : {verb_says(), script_says()}) EXPECT_EQ(said.exit, 64) << said.out;
}

}  // namespace
}  // namespace rehearse
