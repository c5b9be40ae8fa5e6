// A table top from the command line, its trail, and who must have signed that.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/ed25519.hpp"
#include "cli/cli.hpp"
#include "record/audit.hpp"
#include "record/manifest.hpp"
#include "record/run.hpp"
#include "rehearse_says.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using testing::HasSubstr;

class TableTopLine : public testing::Test {
 protected:
  TableTopLine() { ::setenv("REHEARSE_ROOT", REHEARSE_SOURCE_DIR, 1); }

  std::string run_dir() const { return dir_ + "/run"; }

  ExitCode says(const std::vector<std::string>& words) {
    auto answer = test::rehearse_says(words);
    out_ = std::move(answer.out);
    err_ = std::move(answer.err);
    return answer.exit;
  }
  // All steps done, each by an Enter.
  ExitCode walk_through(const std::vector<std::string>& more) {
    std::ofstream(dir_ + "/input") << "\n\n\n\n";
    const int kept = ::dup(STDIN_FILENO);
    EXPECT_NE(std::freopen((dir_ + "/input").c_str(), "r", stdin), nullptr);
    std::vector<std::string> words{"run", "planned-switchover", "--table-top", "--out", run_dir()};
    words.insert(words.end(), more.begin(), more.end());
    const ExitCode exit = says(words);
    ::dup2(kept, STDIN_FILENO);
    ::close(kept);
    return exit;
  }
  // By somebody who can write the folder, and has no key.
  void write_anew_unsigned() const {
    rehearse::Run run = *read_run(run_dir());
    run.audit_key.clear();
    std::filesystem::remove(run_dir() + "/" + audit_file);
    ASSERT_TRUE(write_run(run_dir(), run));
    ASSERT_TRUE(write_manifest(run_dir()));
    ASSERT_TRUE((*AuditTrail::create(run_dir()))->seal(manifest_sha256(run_dir()), ""));
  }

  const std::string secret_ = std::string(64, '7');
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  std::string out_, err_;
};

TEST_F(TableTopLine, CheckTellsWhoSignedAndHoldsToWhoMust) {
  const std::string key = ed25519_public(secret_);
  std::ofstream(dir_ + "/secret") << secret_;
  std::ofstream(dir_ + "/public") << key << "\n";
  ::chmod((dir_ + "/secret").c_str(), 0600);
  ASSERT_EQ(walk_through({"--sign-key", dir_ + "/secret"}), ExitCode::expected) << err_;
  EXPECT_EQ(says({"check", run_dir()}), ExitCode::expected) << err_;
  EXPECT_THAT(out_, HasSubstr("audit trail: signed by " + key));
  EXPECT_EQ(says({"check", run_dir(), "--signed-by", key}), ExitCode::expected) << err_;
  EXPECT_EQ(says({"check", run_dir(), "--signed-by", dir_ + "/public"}), ExitCode::expected);
  const std::string other = ed25519_public(std::string(64, '8'));
  EXPECT_EQ(says({"check", run_dir(), "--signed-by", other}), ExitCode::usage);
  EXPECT_THAT(err_, HasSubstr("is signed by " + key + ", and must be by " + other));
  EXPECT_EQ(says({"check", run_dir(), "--signed-by", ""}), ExitCode::usage);
  EXPECT_EQ(says({"check", run_dir(), "--signed-by", dir_ + "/input"}), ExitCode::usage);
  EXPECT_THAT(err_, HasSubstr("no public key of Ed25519"));

  write_anew_unsigned();
  EXPECT_EQ(says({"check", run_dir()}), ExitCode::expected) << err_;
  EXPECT_THAT(out_, HasSubstr("audit trail: signed by nobody"));
  EXPECT_EQ(says({"check", run_dir(), "--signed-by", key}), ExitCode::usage);
  EXPECT_THAT(err_, HasSubstr("is signed by nobody, and must be by " + key));
}

// A root whose runs are this test's, and standard output that takes nothing until it is read.
TEST_F(TableTopLine, ASignalBetweenTwoRunsIsNoPass) {
  const std::string root = dir_ + "/root", runs = root + "/runs";
  std::filesystem::create_directory(root);
  for (const char* part : {"scenarios", "fixtures"})
    std::filesystem::create_symlink(std::string(REHEARSE_SOURCE_DIR "/") + part, root + "/" + part);
  std::ofstream(dir_ + "/input") << "\n\n\n";
  int out[2];
  ASSERT_EQ(::pipe2(out, O_NONBLOCK), 0);
  while (::write(out[1], "x", 1) == 1) {
  }
  ::fcntl(out[1], F_SETFL, 0);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("REHEARSE_ROOT", root.c_str(), 1);
    ::dup2(::open((dir_ + "/input").c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    std::string words[] = {"rehearse", "run", "planned-switchover", "planned-switchover",
                           "--table-top"};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    ::_exit(run_command_line(static_cast<int>(argv.size()), argv.data()));
  }
  ::close(out[1]);
  const auto is_judged = [&] {
    std::error_code none;
    const std::filesystem::directory_iterator all(runs, none);
    return std::any_of(begin(all), end(all), [](const auto& run) {
      return std::filesystem::exists(run.path() / "report.md");
    });
  };
  for (int looks = 0; looks < 3'000 && !is_judged(); ++looks) ::usleep(10'000);
  EXPECT_TRUE(is_judged());
  ::kill(child, SIGINT);
  ::fcntl(out[0], F_SETFL, 0);
  char bytes[4096];
  while (::read(out[0], bytes, sizeof bytes) > 0) {
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(out[0]);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(static_cast<ExitCode>(WEXITSTATUS(status)), ExitCode::interrupted);
}

}  // namespace
}  // namespace rehearse
