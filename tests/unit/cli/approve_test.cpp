// Whoever signs a step sees first what he signs.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/clock.hpp"
#include "base/sha256.hpp"
#include "cli/cli.hpp"
#include "runbook/approval_files.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class ApproveLine : public testing::Test {
 protected:
  ApproveLine() {
    ::setenv("REHEARSE_ROOT", REHEARSE_SOURCE_DIR, 1);
    std::filesystem::create_directories(approvals_dir(run_dir()));
    // The key of a lead of scenarios/people.yaml.
    std::ofstream(dir_ + "/key") << "2d9fac8e3f5b71642d9fac8e3f5b7164"
                                    "2d9fac8e3f5b71642d9fac8e3f5b7164";
    ::chmod((dir_ + "/key").c_str(), 0600);
    const std::string content = "{\"title\":\"Hand over\"}";
    const Status asked =
        write_request(run_dir(), {"run-1", "book.over", content, sha256_hex(content),
                                  "incident-lead", "test-dba", 2, wall_ns() / ns_per_s + 60, "n"});
    EXPECT_TRUE(asked);
  }

  std::string run_dir() const { return dir_ + "/run-1"; }
  ExitCode approve() {
    std::vector<std::string> words{"rehearse",    "approve", "over",   "--key",
                                   dir_ + "/key", "--run",   run_dir()};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return static_cast<ExitCode>(run_command_line(static_cast<int>(argv.size()), argv.data()));
  }
  int64_t signatures() const {
    int64_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(approvals_dir(run_dir())))
      count += is_approval_of(file.path().filename().string(), "book.over") ? 1 : 0;
    return count;
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(ApproveLine, TheContentIsShownBeforeItIsSigned) {
  testing::internal::CaptureStdout();
  const ExitCode exit = approve();
  std::fflush(stdout);
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::StartsWith("{\"title\":\"Hand over\"}\napproved: book.over"));
  EXPECT_EQ(exit, ExitCode::expected);
  EXPECT_EQ(signatures(), 1);
}

TEST_F(ApproveLine, WhatCannotBeShownIsNotSigned) {
  std::fflush(stdout);
  const int kept = ::dup(STDOUT_FILENO), full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  ::dup2(full, STDOUT_FILENO);
  testing::internal::CaptureStderr();
  const ExitCode exit = approve();
  const std::string why = testing::internal::GetCapturedStderr();
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  ::close(full);
  std::clearerr(stdout);
  std::cout.clear();
  EXPECT_EQ(exit, ExitCode::machine);
  EXPECT_THAT(why, testing::HasSubstr("not signed"));
  EXPECT_EQ(signatures(), 0);
}

}  // namespace
}  // namespace rehearse
