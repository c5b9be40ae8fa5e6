#include "runtime/companion.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

// Whether a child of ours ends.
bool ends(int pid) {
  return test::soon([pid] {
    const int waited = ::waitpid(pid, nullptr, WNOHANG);
    // One that ended at once may have been waited for already.
    return waited == pid || (waited == -1 && errno == ECHILD);
  });
}

TEST(Companion, EndsByItselfWhenItHearsItsLastWords) {
  auto companion = Companion::start({"/usr/bin/head", "-c", "1"});
  ASSERT_TRUE(companion);
  EXPECT_EQ(::getsid((*companion)->pid()), (*companion)->pid());
  EXPECT_TRUE((*companion)->finish(".", 30'000));
}

TEST(Companion, TellsWhenItFailed) {
  auto companion = Companion::start({"/bin/false"});
  ASSERT_TRUE(companion);
  const auto done = (*companion)->finish("", 30'000);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("with status 1"), std::string::npos) << done.error().message;
}

TEST(Companion, TellsWhenItWasKilled) {
  auto companion = Companion::start({"/bin/sleep", "30"});
  ASSERT_TRUE(companion);
  ::kill((*companion)->pid(), SIGKILL);
  const auto done = (*companion)->finish(".", 30'000);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("by signal 9"), std::string::npos) << done.error().message;
}

TEST(Companion, IsKilledWhenItDoesNotEndInTime) {
  auto companion = Companion::start({"/bin/sleep", "30"});
  ASSERT_TRUE(companion);
  const int pid = (*companion)->pid();
  const auto done = (*companion)->finish(".", 50);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("within 50 ms"), std::string::npos);
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(Companion, HearsTheEndThoughOtherProgramsOfOursStillRun) {
  auto companion = Companion::start({"/bin/cat"});
  ASSERT_TRUE(companion);
  const int pid = (*companion)->pid();
  auto other = Companion::start({"/bin/sleep", "600"});
  ASSERT_TRUE(other);
  companion->reset();
  EXPECT_TRUE(ends(pid));
  EXPECT_TRUE((*other)->runs());
  ::kill((*other)->pid(), SIGKILL);
}

TEST(Companion, IsSeenToRunAndToHaveEnded) {
  auto companion = Companion::start({"/bin/cat"});
  ASSERT_TRUE(companion) << companion.error().message;
  EXPECT_TRUE((*companion)->runs());
  ASSERT_EQ(::kill((*companion)->pid(), SIGKILL), 0);
  EXPECT_TRUE(test::soon([&] { return !(*companion)->runs(); }));
  EXPECT_FALSE((*companion)->runs());  // asked again it says the same
  EXPECT_FALSE((*companion)->finish(".", 1'000));
}

TEST(Companion, NamesTheProgramThatIsNotThere) {
  const auto companion = Companion::start({"/no/such/program"});
  ASSERT_FALSE(companion);
  EXPECT_NE(companion.error().message.find("/no/such/program"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
