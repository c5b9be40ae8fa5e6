#include "engine/active_stack.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "base/files.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

// What is up stands in a folder of the test's own.
class ActiveStackTest : public testing::Test {
 protected:
  ActiveStackTest() { ::setenv("REHEARSE_STATE", dir_.c_str(), 1); }
  ~ActiveStackTest() override { ::unsetenv("REHEARSE_STATE"); }
  void write(const std::string& text) {
    ASSERT_TRUE(write_file_atomically(dir_ + "/active.json", text));
  }
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(ActiveStackTest, IsFoundAgainAsItWasWritten) {
  EXPECT_EQ(read_active()->stack, "");
  ASSERT_TRUE(write_active({"one", "/run", true, {{"a", "b"}}, "/logs", {"core"}}));
  const auto active = read_active();
  ASSERT_TRUE(active);
  EXPECT_EQ(active->stack, "one");
  EXPECT_TRUE(active->kept);
  EXPECT_EQ(active->settings.at("a"), "b");
  EXPECT_EQ(active->parts, std::vector<std::string>{"core"});
}

TEST_F(ActiveStackTest, AFolderWhoseNameIsNoUtf8IsNoBugOfOurs) {
  ASSERT_TRUE(write_active({"one", "/runs/\xff", true, {}, "/logs", {}}));
  EXPECT_EQ(read_active()->run_dir, "/runs/\xEF\xBF\xBD");
}

TEST_F(ActiveStackTest, OneOfBeforeTheLastStartPointsToDown) {
  write(R"({"stack":"one","kept":true,"boot_id":"another"})");
  const auto active = read_active();
  ASSERT_FALSE(active);
  EXPECT_EQ(active.error().code, ExitCode::machine);
  EXPECT_NE(active.error().message.find("rehearse down"), std::string::npos);
  write(R"({"stack":"one","kept":true})");  // written before there were any
  EXPECT_TRUE(read_active());
}

TEST_F(ActiveStackTest, FieldsOfAnotherTypeAreNoBugOfOurs) {
  write(R"({"stack":7,"run_dir":[],"kept":"yes","settings":{"a":1},"parts":{},"boot_id":3})");
  ASSERT_TRUE(read_active());
  EXPECT_EQ(read_active()->stack, "");
  write("[1]");
  EXPECT_FALSE(read_active());
}

TEST(Contained, WhatIsThrownEndsAsAnErrorAfterTheStackWasTakenDown) {
  bool down = false;
  const auto played = contained([]() -> Status { throw std::runtime_error("no such node"); },
                                [&down]() -> Status {
                                  down = true;
                                  return {};
                                });
  ASSERT_FALSE(played);
  EXPECT_EQ(played.error().code, ExitCode::bug);
  EXPECT_EQ(played.error().message, "a bug of ours: no such node");
  EXPECT_TRUE(down);
}

TEST(Contained, ThatItCouldNotBeTakenDownIsSaidAsWell) {
  const auto played = contained([]() -> Status { throw std::runtime_error("it"); },
                                [] { return Status(fail(ExitCode::machine, "podman is gone")); });
  EXPECT_EQ(played.error().message, "a bug of ours: it; moreover: podman is gone");
}

TEST(Contained, WhatEndsByItselfCleansUpByItself) {
  const auto never = []() -> Status {
    ADD_FAILURE();
    return {};
  };
  EXPECT_TRUE(contained([] { return Status{}; }, never));
  EXPECT_EQ(contained([] { return Status(fail(ExitCode::machine, "no")); }, never).error().message,
            "no");
}

}  // namespace
}  // namespace rehearse
