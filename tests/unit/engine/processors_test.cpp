#include "engine/processors.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace rehearse {
namespace {

std::optional<ProcessorTime> read(const std::string& text) {
  const std::string file = testing::TempDir() + "stat-" + std::to_string(::getpid());
  std::ofstream(file) << text;
  const auto time = processor_time(file);
  std::filesystem::remove(file);
  return time;
}

TEST(Processors, AreIdleWhereTheyWaitForDisksAndNotWhereTheyWereStolen) {
  const auto from = read("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3\n");
  const auto to = read("cpu  130 10 110 720 120 5 5 100 0 0\n");
  ASSERT_TRUE(from && to);
  EXPECT_EQ(from->all, 1000);
  EXPECT_EQ(to->all, 1200);
  EXPECT_DOUBLE_EQ(idle_share(*from, *to).value(), 0.2);
  EXPECT_FALSE(idle_share(*to, *to));
}

TEST(Processors, AreNotKnownFromAnotherFile) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("cpu0 1 2 3 4 5 6 7 8\n"));
  EXPECT_FALSE(read("cpu 1 2 3 4 5 6 7\n"));
  EXPECT_FALSE(processor_time("/no/such/file"));
}

TEST(Processors, OfThisMachine) {
  EXPECT_TRUE(processor_time());
}

}  // namespace
}  // namespace rehearse
