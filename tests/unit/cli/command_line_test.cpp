// The command line as its users meet it: what is printed where, and the exit code. Only verbs that
// touch no machine.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <thread>

#include "cli/cli.hpp"
#include "rehearse_says.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using test::ProgramAnswer;
using test::rehearse_says;
using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

void expect_refused(const std::vector<std::string>& words, const std::string& message) {
  const ProgramAnswer answer = rehearse_says(words);
  EXPECT_EQ(answer.exit, ExitCode::usage) << testing::PrintToString(words);
  EXPECT_EQ(answer.out, "");
  EXPECT_THAT(answer.err, HasSubstr(message));
}

TEST(CommandLine, WrongUsageIsNamedWithTheNearestWord) {
  expect_refused({}, "no verb");
  expect_refused({"valdate", "x"}, "did you mean `validate`?");
  expect_refused({"--qiet"}, "`--qiet` is not expected, did you mean `--quiet`?");
  expect_refused({"list", "fault"}, "no `fault`, did you mean `faults`?");
  expect_refused({"list", "zzz"}, "no `zzz`; there are: faults, ");
  expect_refused({"list", "faults", "more"}, "`more` is not expected; `./rehearse list --help`");
  expect_refused({"run", "zone-loss", "--sed", "7"}, "did you mean `--seed`?");
  expect_refused({"run"}, "scenario is required");
  expect_refused({"run", "zone-loss", "--repeat", "0"}, "--repeat");  // no run is no pass
  expect_refused({"validate", "zone-los"}, "no scenario `zone-los`, did you mean `zone-loss`?");
  expect_refused({"validate", "/dev/zero"}, "more than");
  expect_refused({"explain", "zone_los"}, "did you mean `zone_loss`?");
  expect_refused({"status", "one-regon"}, "unknown stack `one-regon`, did you mean `one-region`?");
  expect_refused({"status", "../stacks/one-region"}, "unknown stack");
  expect_refused({"check", "/none"}, "/none/run.json");
  expect_refused({"history", "/none"}, "/none/history.bin");
  expect_refused({"report", "/none", "--format", "htm"}, "did you mean `html`?");
}

TEST(CommandLine, ValidateTakesTheOverridesOfARun) {
  EXPECT_THAT(rehearse_says({"validate", "zone-loss"}).out,
              testing::EndsWith("\nzone-loss: valid\n"));
  EXPECT_EQ(rehearse_says({"validate", "zone-loss", "--set", "load.rate=90/s"}).exit,
            ExitCode::expected);
  expect_refused({"validate", "zone-loss", "--set", "load.rate=90"},
                 "--set:1:11: `rate` must be a rate (150/s), not `90`");
  expect_refused({"validate", "zone-loss", "--set", "stack=one-regon"},
                 "--set:1:7: unknown stack `one-regon`, did you mean `one-region`?");
}

// What comes through a pipe is read once, though it is asked several times what it is.
TEST(CommandLine, ValidateReadsPipes) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::ifstream shipped(REHEARSE_SOURCE_DIR "/scenarios/ci/baseline.yaml");
  const std::string text{std::istreambuf_iterator<char>(shipped), {}};
  std::thread writer([&] { std::ofstream(path) << text; });
  const ProgramAnswer answer = rehearse_says({"validate", path});
  writer.join();
  EXPECT_EQ(answer.exit, ExitCode::expected) << answer.err;
  EXPECT_THAT(answer.out, testing::EndsWith(path + ": valid\n"));
}

TEST(CommandLine, WhateverListNamesExplainKnows) {
  for (const char* what : {"faults", "checks", "scenarios", "suites", "stacks"}) {
    std::istringstream lines(rehearse_says({"list", what}).out);
    std::string line;
    int count = 0;
    while (std::getline(lines, line)) {
      ++count;
      const std::string name = line.substr(0, line.find(' '));
      const ProgramAnswer answer = rehearse_says({"explain", name});
      EXPECT_EQ(answer.exit, ExitCode::expected) << name << answer.err;
      EXPECT_FALSE(answer.out.empty()) << name;
    }
    EXPECT_GT(count, 0) << what;
  }
}

// Standard output on a full disk: half a report must not look like a whole one.
TEST(CommandLine, OutputThatIsLostIsAnError) {
  EXPECT_EQ(flush_output(), ExitCode::expected);
  std::fflush(stdout);
  const int kept = ::dup(STDOUT_FILENO);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  ::dup2(full, STDOUT_FILENO);
  std::fputs("lost", stdout);
  CaptureStderr();
  const ExitCode lost = flush_output();
  const std::string why = GetCapturedStderr();
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  ::close(full);
  std::clearerr(stdout);
  std::cout.clear();
  EXPECT_EQ(lost, ExitCode::machine);
  EXPECT_THAT(why, HasSubstr("standard output"));
}

}  // namespace
}  // namespace rehearse
