#include "runtime/podman/owner.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class OwnerTest : public testing::Test {
 protected:
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(OwnerTest, AStateKeepsItsIdAndAnotherHasAnother) {
  const auto one = id_of_state(dir_ + "/one/nodes");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->size(), 16u);
  EXPECT_EQ(*id_of_state(dir_ + "/one/nodes"), *one);
  EXPECT_NE(*id_of_state(dir_ + "/two/nodes"), *one);
  std::filesystem::create_directory(dir_ + "/file.id");
  EXPECT_FALSE(id_of_state(dir_ + "/file"));
}

TEST_F(OwnerTest, OnlyOnesOwnNetworkIsRemoved) {
  EXPECT_TRUE(require_own(owner_name("ab", "/x"), "ab"));
  EXPECT_TRUE(require_own("", "ab")) << "one of before says nothing";
  const auto other = require_own(owner_name("ab", "/var/lib/other"), "a");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ExitCode::machine);
  EXPECT_NE(other.error().message.find("/var/lib/other"), std::string::npos);
  EXPECT_FALSE(require_own("somebody's", "ab"));
}

}  // namespace
}  // namespace rehearse
