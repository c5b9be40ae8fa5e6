#include "engine/guard_post.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/unit/base/soon.hpp"

namespace rehearse {
namespace {

// Guardians that hear the end of their stream, and leave.
struct Guardians {
  int begun = 0;
  pid_t latest = 0;
  Result<std::unique_ptr<Companion>> start(const std::string&) {
    ++begun;
    auto made = Companion::start({"/bin/cat"});
    if (made) latest = (*made)->pid();
    return made;
  }
};

TEST(GuardPost, AGuardianThatDiesIsATroubleAndHasASuccessor) {
  Recorder recorder(nullptr);
  Guardians guardians;
  GuardPost post(recorder, [&](const std::string& dir) { return guardians.start(dir); });
  post.watch();  // nobody is there yet
  ASSERT_TRUE(post.begin("/nowhere"));
  post.watch();
  EXPECT_EQ(recorder.troubles().size(), 0u);
  ASSERT_EQ(::kill(guardians.latest, SIGKILL), 0);
  EXPECT_TRUE(test::soon([&] { return post.watch(), guardians.begun == 2; }));
  ASSERT_EQ(recorder.troubles().size(), 1u);
  EXPECT_EQ(recorder.troubles()[0].substr(0, 18), "the guardian died:");
  post.dismiss();
  EXPECT_EQ(recorder.troubles().size(), 1u);
  post.dismiss();  // nobody is left to be dismissed
  EXPECT_EQ(recorder.troubles().size(), 1u);
}

TEST(GuardPost, OneThatCannotBeDismissedIsATrouble) {
  Recorder recorder(nullptr);
  Guardians guardians;
  GuardPost post(recorder, [&](const std::string& dir) { return guardians.start(dir); });
  ASSERT_TRUE(post.begin("/nowhere"));
  ASSERT_EQ(::kill(guardians.latest, SIGKILL), 0);
  post.dismiss();
  EXPECT_EQ(recorder.troubles().size(), 1u);
}

}  // namespace
}  // namespace rehearse
