#include "runtime/command.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "base/clock.hpp"

namespace rehearse {
namespace {

TEST(Command, SaysWhatWasPrintedAndTheExitStatus) {
  const auto done = run_command({"sh", "-c", "echo out; echo err >&2; exit 3"}, 5'000);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->out, "out\n");
  EXPECT_EQ(done->err, "err\n");
  EXPECT_EQ(done->exit_status, 3);
}

TEST(Command, MoreThanAPipeHoldsGoesBothWays) {
  const std::string text(1 << 20, 'x');
  const auto done = run_command({"cat"}, 10'000, text);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->out, text);
}

TEST(Command, WithoutInputItsStandardInputEndsAtOnce) {
  const auto done = run_command({"cat"}, 5'000);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->out, "");
}

TEST(Command, TheSignalThatEndedItIsItsStatus) {
  const auto done = run_command({"sh", "-c", "kill -TERM $$"}, 5'000);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->exit_status, SIGTERM);
}

TEST(Command, IsKilledAtItsDeadline) {
  const int64_t began_ns = monotonic_ns();
  const auto done = run_command({"sleep", "30"}, 100);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "`sleep 30` did not end within 100 ms");
  EXPECT_LT(monotonic_ns() - began_ns, 10 * ns_per_s);
}

TEST(Command, AGrandchildThatHoldsItsOutputIsNotWaitedFor) {
  const int64_t began_ns = monotonic_ns();
  const auto done = run_command({"sh", "-c", "sleep 20 & echo $!"}, 15'000);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_LT(monotonic_ns() - began_ns, 10 * ns_per_s);
  const int grandchild = std::stoi(done->out);
  ASSERT_GT(grandchild, 1);
  EXPECT_EQ(::kill(grandchild, SIGKILL), 0);
}

TEST(Command, NamesTheProgramThatIsNotThere) {
  for (const char* name : {"no-such-program", "/no/such/program"}) {
    const auto done = run_command({name}, 1'000);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find(name), std::string::npos);
  }
}

TEST(Command, CheckedItsFailureTellsWhatItSaid) {
  const auto done = run_checked({"sh", "-c", "echo no room >&2; exit 1"}, 5'000);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("no room"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
