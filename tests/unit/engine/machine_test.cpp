#include "engine/machine.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

// In a network namespace of its own, so that no rehearsal on this machine is in the way.
class MachineLockTest : public testing::Test {
 protected:
  ~MachineLockTest() override { ::unsetenv("REHEARSE_STATE"); }
  static Result<std::unique_ptr<MachineLock>> take(const std::string& state) {
    ::setenv("REHEARSE_STATE", state.c_str(), 1);
    return MachineLock::take();
  }
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(MachineLockTest, OneOfAFolderAndOneOfANetwork) {
  bool apart = false;
  std::jthread([&] {
    apart = ::unshare(CLONE_NEWNET) == 0;
    if (!apart) return;
    {
      const auto held = take(dir_ + "/one");
      ASSERT_TRUE(held) << held.error().message;
      const auto same = take(dir_ + "/one");
      ASSERT_FALSE(same);
      EXPECT_NE(same.error().message.find("(process "), std::string::npos);
      const auto other = take(dir_ + "/other");
      ASSERT_FALSE(other);
      EXPECT_NE(other.error().message.find("with another state folder"), std::string::npos);
    }
    EXPECT_TRUE(take(dir_ + "/other")) << "free again, and so is the folder that was refused";
  }).join();
  if (!apart) GTEST_SKIP() << "a network namespace of one's own needs root";
}

}  // namespace
}  // namespace rehearse
